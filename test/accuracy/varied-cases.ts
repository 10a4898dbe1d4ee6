import type { AccuracyCase, Options } from './accuracy-case.ts';

/**
 * Some of these cases under another load: other rates, and routes that ask with bigger bodies or other keys. The names
 * have a word for it at their end: `koa-blog/weakmap-live~big`.
 */
export function variantsOf(cases: readonly AccuracyCase[]): AccuracyCase[] {
  const variant = (name: string, word: string, about: string, options: Options): AccuracyCase => {
    const one = cases.find((candidate) => candidate.name === name);
    if (one === undefined) throw new Error(`no case ${name}`);
    const common = { seconds: 40, isInCiCut: false, name: `${name}~${word}`, about: `${one.about}; ${about}` };
    return { ...one, ...common, ...options };
  };
  return [
    variant('koa-blog/weakmap-live', 'big', 'texts of 8 KB', {
      route: { json: { text: `{{sequence}} ${'words of a long revision '.repeat(330)}` } },
      ratePerSecond: 40,
      nodeMajor: 24,
    }),
    variant('koa-blog/finalization', 'big', 'texts of 20 KB', {
      route: { json: { name: 'picture-{{sequence}}', text: `{{uuid}} ${'bytes of a big picture '.repeat(900)}` } },
      ratePerSecond: 30,
      nodeMajor: 22,
    }),
    variant('fastify-telemetry/linked-list', 'small', 'actions of 9 B', {
      route: { json: { action: 'o{{random(1000,9999)}}open' } },
      ratePerSecond: 400,
      nodeMajor: 24,
    }),
    variant('express-shop/session-store', 'one-user', 'one user signs in again and again', {
      route: { json: { user: 'service-account' } },
      ratePerSecond: 300,
      nodeMajor: 26,
    }),
    variant('express-shop/cart-map', 'slow', 'twenty carts a second', { ratePerSecond: 40, nodeMajor: 22 }),
    variant('legacy-mailer/timer-hours', 'slow', 'five timers a second', {
      ratePerSecond: 10,
      nodeMajor: 18,
    }),
    variant('ts-orders/order-index', 'fast', 'three hundred orders a second', {
      ratePerSecond: 400,
      nodeMajor: 24,
    }),
    variant('express-shop/healthy-quotes', 'keys', '400 keys, full after some twenty seconds', {
      route: { json: { article: 'a-{{random(1,100)}}', count: '{{number(random(1,4))}}' } },
      nodeMajor: 20,
    }),
    variant('koa-blog/healthy-revisions', 'big', 'texts of 8 KB', {
      route: { json: { text: `{{sequence}} ${'words of a long revision '.repeat(330)}` } },
      ratePerSecond: 80,
      nodeMajor: 24,
    }),
    variant('fastify-telemetry/healthy-lookups', 'churn', 'a hundred thousand keys, hardly a hit', {
      route: { path: '/lookups/place-{{random(1,100000)}}' },
      ratePerSecond: 350,
      nodeMajor: 24,
    }),
    variant('fastify-telemetry/healthy-alerts', 'one-key', 'one key', {
      route: { json: { key: 'device-1', text: 'too warm' } },
      ratePerSecond: 300,
      nodeMajor: 20,
    }),
  ];
}
