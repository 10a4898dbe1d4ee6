/** A request that a service answers, as a task of a scenario. */
export interface Route {
  readonly path: string;
  /** A JSON body makes it a POST. */
  readonly json?: Readonly<Record<string, unknown>>;
  readonly status?: number;
}

/** One of the programs in test/targets, with what may be asked of it. */
export interface Service {
  readonly name: string;
  readonly script: string;
  readonly framework: string;
  /** The lowest Node that its packages run on. */
  readonly oldestNode: number;
  readonly needsPostgres: boolean;
  readonly routes: Readonly<Record<string, Route>>;
}

export const SERVICES: readonly Service[] = [
  {
    name: 'express-shop',
    script: 'test/targets/express-shop/main.mjs',
    framework: 'Express 5',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      carts: { path: '/carts', json: { guest: 'guest-{{uuid}}', article: 'a-{{random(1,500)}}' }, status: 201 },
      articles: { path: '/articles/{{random(1,300)}}?visitor={{uuid}}' },
      sessions: { path: '/sessions', json: { user: 'user-{{random(1,2000)}}' }, status: 201 },
      quotes: { path: '/quotes', json: { article: 'a-{{random(1,10)}}', count: '{{number(random(1,4))}}' } },
      orders: { path: '/orders', json: { order: 'o-{{sequence}}', card: 'expired' }, status: 402 },
    },
  },
  {
    name: 'koa-blog',
    script: 'test/targets/koa-blog/main.mjs',
    framework: 'Koa 3',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      posts: { path: '/posts/{{sequence}}' },
      pages: { path: '/pages/{{sequence}}' },
      scripts: { path: '/scripts/{{random(1,100)}}' },
      drafts: { path: '/drafts/{{random(1,300)}}' },
      revisions: {
        path: '/revisions/{{random(1,400)}}',
        json: { text: 'a few words of number {{sequence}} and some more' },
      },
      uploads: { path: '/uploads', json: { name: 'picture-{{sequence}}', text: 'bytes of the picture {{uuid}}' } },
      tags: { path: '/tags/{{sequence}}' },
    },
  },
  {
    name: 'fastify-telemetry',
    script: 'test/targets/fastify-telemetry/main.mjs',
    framework: 'Fastify 5',
    oldestNode: 20,
    needsPostgres: false,
    routes: {
      logged: { path: '/logged/{{sequence}}' },
      audits: { path: '/audits', json: { action: 'device {{random(1,50)}} was opened by {{uuid}}' } },
      calibrations: { path: '/calibrations', json: { offset: '{{number(random(1,9))}}' } },
      frames: { path: '/frames', json: { frame: 'frame {{sequence}}' } },
      events: { path: '/events', json: { ids: ['{{uuid}}', '{{uuid}}', '{{uuid}}'] } },
      readings: {
        path: '/readings',
        json: { device: '{{number(random(1,20))}}', value: '{{number(random(1,1000))}}' },
      },
      metrics: { path: '/metrics', json: { name: 'temperature', value: '{{number(random(1,90))}}', at: '{{now}}' } },
      alerts: { path: '/alerts', json: { key: 'device-{{random(1,80)}}', text: 'too warm' } },
      lookups: { path: '/lookups/place-{{random(1,500)}}' },
    },
  },
  {
    name: 'http-gateway',
    script: 'test/targets/http-gateway/main.mjs',
    framework: 'node:http',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      forward: { path: '/forward?tenant=t-{{sequence}}' },
      slow: { path: '/slow?tenant=shared' },
      pages: { path: '/pages?page={{random(0,11)}}' },
      downloads: { path: '/downloads?tag={{sequence}}' },
      statistics: { path: '/statistics?name=calls' },
      jobs: { path: '/jobs?job=job-{{sequence}}' },
      subscribe: { path: '/subscribe?topic=topic-{{random(1,30)}}' },
      calls: { path: '/calls?call={{sequence}}' },
      retry: { path: '/retry?tenant=t-{{random(1,20)}}' },
      deadline: { path: '/deadline' },
    },
  },
  {
    name: 'media-worker',
    script: 'test/targets/media-worker/main.mjs',
    framework: 'node:http',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      compress: { path: '/compress?track=track-{{sequence}}' },
      thumbnails: { path: '/thumbnails?image={{sequence}}' },
      convert: { path: '/convert?clip=clip-{{sequence}}' },
      presets: { path: '/presets?preset=preset-{{random(1,20)}}' },
      progress: { path: '/progress?job=job-{{sequence}}' },
      render: { path: '/render?frame={{sequence}}' },
      tiles: { path: '/tiles?tile={{sequence}}' },
      shapes: { path: '/shapes?shape={{sequence}}' },
    },
  },
  {
    name: 'legacy-mailer',
    script: 'test/targets/legacy-mailer/main.cjs',
    framework: 'node:http, CommonJS',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      reminders: { path: '/reminders?to=member-{{random(1,900)}}' },
      mails: { path: '/mails?to=member-{{random(1,900)}}' },
      reports: { path: '/reports?report={{sequence}}' },
      log: { path: '/log?line=mail-{{sequence}}-was-sent' },
      pictures: { path: '/pictures?picture={{random(1,5000)}}' },
      lists: { path: '/lists/{{random(0,24)}}' },
    },
  },
  {
    name: 'ts-orders',
    script: 'dist/test/targets/ts-orders/main.js',
    framework: 'Express 5, TypeScript',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      orders: { path: '/orders', json: { customer: 'c-{{random(1,900)}}', article: 'a-{{sequence}}' }, status: 201 },
      confirmations: { path: '/confirmations/order-{{sequence}}' },
    },
  },
  {
    name: 'parcel-tracking',
    script: 'test/targets/parcel-tracking/main.mjs',
    framework: 'Express 5',
    oldestNode: 18,
    needsPostgres: false,
    routes: {
      parcels: { path: '/parcels/p-{{random(1,9000)}}' },
      labels: { path: '/labels/p-{{sequence}}' },
      depots: { path: '/depots/p-{{random(1,9000)}}' },
      manifests: { path: '/manifests', json: { parcels: ['p-1', 'p-22', 'p-{{random(1,9000)}}', 'p-{{sequence}}'] } },
      damages: { path: '/damages', json: { parcel: 'p-{{sequence}}', text: 'a corner is wet' }, status: 201 },
    },
  },
  {
    name: 'booking-api',
    script: 'test/targets/booking-api/main.mjs',
    framework: 'Fastify 5',
    oldestNode: 20,
    needsPostgres: false,
    routes: {
      bookings: {
        path: '/bookings',
        json: { hotel: 'hotel-{{random(1,900)}}', nights: '{{number(random(1,6))}}' },
      },
      offers: { path: '/offers/hotel-{{random(1,900)}}' },
      availability: { path: '/availability/room-{{random(1,900)}}' },
      metrics: { path: '/metrics' },
      notify: { path: '/notify/customer-{{sequence}}' },
    },
  },
  {
    name: 'pg-inventory',
    script: 'test/targets/pg-inventory/main.mjs',
    framework: 'Express 5, pg',
    oldestNode: 18,
    needsPostgres: true,
    routes: { stock: { path: '/stock/{{random(1,404)}}' } },
  },
];

export function serviceNamed(name: string): Service {
  const service = SERVICES.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}
