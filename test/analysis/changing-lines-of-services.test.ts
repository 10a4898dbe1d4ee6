import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changingLines } from '../../src/analysis/code/changing-lines.ts';
import type { RunCode } from '../../src/analysis/code/run-code.ts';
import type { Holder, KnownBy, Owner, PlainContainer } from '../../src/model/holder.ts';
import { codeOf } from '../helpers/code-of.ts';

/** Services that were written before anybody looked for the line that adds. */
const TARGETS = 'test/targets';

function codeOfService(service: string): RunCode {
  const folder = join(TARGETS, service);
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.[cm]js$/.test(file) && !file.includes('node_modules'));
  return codeOf(Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])));
}

const of = (name: string): Owner => ({ kind: 'instance', class: name, knownBy: null });
const plain = (container: PlainContainer, name: string, knownBy: KnownBy, owner: Owner): Holder => ({
  container,
  class: name,
  knownBy,
  owner,
});
const field = (container: PlainContainer, name: string, field: string, owner: string): Holder =>
  plain(container, name, { how: 'property', name: field }, of(owner));
const listeners = (event: string, name: string, knownBy: KnownBy, owner: Owner): Holder => ({
  container: 'listeners',
  event,
  api: 'event-emitter',
  on: { class: name, knownBy, owner },
});
const variable = (name: string): KnownBy => ({ how: 'variable', name });

/** As docs/accuracy.md names class and holder; the file is that of the holder. */
const CASES: readonly (readonly [service: string, className: string, Holder, file: string, adds: string])[] = [
  [
    'express-shop',
    'Cart',
    plain('map', 'Map', { how: 'private-field', name: '#open' }, of('Carts')),
    'lib/carts.mjs',
    'this.#open.set(cart.id, cart)',
  ],
  [
    'express-shop',
    'Object {visitor, articles}',
    field('map', 'Map', 'entries', 'LruCache'),
    'lib/lru-cache.mjs',
    'this.entries.set(key, value)',
  ],
  [
    'express-shop',
    'Object {token, user}',
    field('object', 'Object', 'byToken', 'SessionStore'),
    'lib/session-store.mjs',
    'this.byToken[session.token] = session',
  ],
  [
    'express-shop',
    'Quote',
    plain('map', 'Map', variable('results'), { kind: 'function', name: 'memoize', file: 'memoize.mjs' }),
    'lib/memoize.mjs',
    'results.set(key, compute(input))',
  ],
  [
    'express-shop',
    'OrderRejected',
    field('array', 'Array', 'errors', 'FailedOrders'),
    'lib/failed-orders.mjs',
    'this.errors.push(error)',
  ],
  [
    'koa-blog',
    'closure (anonymous)',
    field('map', 'Map', 'compiled', 'Templates'),
    'lib/templates.mjs',
    'this.compiled.set(theme, template)',
  ],
  [
    'koa-blog',
    'Object {log}',
    field('array', 'Array', 'contexts', 'Sandboxes'),
    'lib/sandboxes.mjs',
    'this.contexts[slot] ??=',
  ],
  [
    'koa-blog',
    'closure bound',
    field('array', 'Array', 'exitHooks', 'Tracing'),
    'lib/tracing.mjs',
    'this.exitHooks.push(',
  ],
  [
    'koa-blog',
    'Revision',
    plain('array', 'Array', { how: 'key' }, of('Author')),
    'lib/authors.mjs',
    'revisions.push(new Revision(text))',
  ],
  [
    'koa-blog',
    'Object {upload}',
    field('object', 'FinalizationRegistry', 'registry', 'Uploads'),
    'lib/uploads.mjs',
    'this.registry.register(',
  ],
  [
    'koa-blog',
    '(string)',
    field('object', 'Object', 'interned', 'TagTable'),
    'lib/tag-table.mjs',
    'this.interned[tag] ??= tag',
  ],
  [
    'fastify-telemetry',
    'TrailEntry',
    field('chain', 'TrailEntry', 'last', 'AuditTrail'),
    'lib/audit-trail.mjs',
    'this.last = new TrailEntry(',
  ],
  [
    'fastify-telemetry',
    'closure corrected',
    field('chain', 'closure corrected', 'correct', 'Calibration'),
    'lib/calibration.mjs',
    'this.correct = function corrected(',
  ],
  [
    'fastify-telemetry',
    'Object {id, url, headers}',
    field('array', 'Array', 'lines', 'RequestLog'),
    'lib/request-log.mjs',
    'this.lines.push({',
  ],
  [
    'fastify-telemetry',
    'Buffer',
    field('map', 'Map', 'signatures', 'FrameSignatures'),
    'lib/frame-signatures.mjs',
    'this.signatures.set(this.count',
  ],
  ['fastify-telemetry', '(string)', field('set', 'Set', 'young', 'SeenIds'), 'lib/seen-ids.mjs', 'this.young.add(id)'],
  [
    'fastify-telemetry',
    'Reading',
    field('array', 'Array', 'readings', 'Device'),
    'lib/device-registry.mjs',
    'device.readings.push(new Reading(value))',
  ],
  [
    'http-gateway',
    'Agent',
    field('map', 'Map', 'agents', 'Forwarder'),
    'lib/forwarder.mjs',
    'this.agents.set(tenant, agent)',
  ],
  [
    'http-gateway',
    'PromiseReaction',
    field('promise', 'Promise', 'stopped', 'ShutdownRace'),
    'lib/shutdown-race.mjs',
    'Promise.race([work, this.stopped])',
  ],
  [
    'http-gateway',
    'Listener',
    listeners(
      'abort',
      'AbortSignal',
      { how: 'private-field', name: '#signal' },
      { kind: 'instance', class: 'AbortController', knownBy: variable('stopping') },
    ),
    'main.mjs',
    "this.stopping.addEventListener('abort', onStop)",
  ],
  [
    'http-gateway',
    'RemoteCall',
    field('map', 'Map', 'waiting', 'RemoteCalls'),
    'lib/remote-calls.mjs',
    'this.waiting.set(number, call)',
  ],
  [
    'media-worker',
    'Deflate',
    field('map', 'Map', 'tracks', 'Compressor'),
    'lib/compressor.mjs',
    'this.tracks.set(track, deflate)',
  ],
  [
    'media-worker',
    'ChildProcess',
    field('set', 'Set', 'children', 'Converter'),
    'lib/converter.mjs',
    'this.children.add(child)',
  ],
  [
    'legacy-mailer',
    'closure onReload',
    listeners('reload', 'MailConfig', variable('mailConfig'), { kind: 'module', file: 'config.cjs' }),
    'lib/config.cjs',
    "mailConfig.on('reload', onReload)",
  ],
  [
    'legacy-mailer',
    'Object {rows}',
    plain('array', 'Array', variable('reports'), { kind: 'module', file: 'reports.cjs' }),
    'lib/reports.cjs',
    'reports.push({',
  ],
];

const codes = new Map<string, RunCode>();

for (const [service, name, holder, file, adds] of CASES) {
  test(`${service}: ${adds}`, () => {
    const code = codes.get(service) ?? codeOfService(service);
    codes.set(service, code);
    const { added } = changingLines(
      {
        class: name,
        holder,
        holderId: 1,
        path: [],
        signature: '',
        anchorLocation: { scriptUrl: `file:///srv/${file}`, line0: -1, column0: -1, functionName: '' },
        classLocation: null,
        counts: [0, 1],
        bytes: [0, 1],
        cohorts: [],
        shareOfGrowth: 1,
        objectsPerRequest: 1,
        bytesPerRequest: 1,
        boundHints: [],
      },
      code,
    );
    assert.ok(added[0]?.excerpt?.includes(adds), JSON.stringify(added, null, 1));
  });
}
