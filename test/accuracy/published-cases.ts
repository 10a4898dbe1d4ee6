import { type AccuracyCase, healthy, leak } from './accuracy-case.ts';

const TRACKING = 'parcel-tracking/lib';
const BOOKING = 'booking-api/lib';

const LEAKS: readonly AccuracyCase[] = [
  leak('parcel-tracking/cancel-token at parcels', {
    about: 'axios 0.21.4 (axios/axios#3001): a cancel token that all calls share keeps each of them',
    kinds: ['promise-leak', 'js-heap-leak'],
    names: ['CancelToken', 'PromiseReaction', 'Promise', 'stopping'],
    files: ['lib/cancel/CancelToken.js', 'lib/adapters/http.js', `${TRACKING}/carrier.mjs`, 'parcel-tracking/main.mjs'],
    nodeMajor: 22,
    ratePerSecond: 80,
  }),
  leak('parcel-tracking/debug-instances at labels', {
    about: 'debug 4.1.1 (debug-js/debug#678): every instance stays in a list',
    kinds: ['js-heap-leak'],
    names: ['instances', 'createDebug', 'debug'],
    files: ['src/common.js of debug', `${TRACKING}/labels.mjs`],
    nodeMajor: 24,
    ratePerSecond: 300,
  }),
  leak('parcel-tracking/wildcard-tree at depots', {
    about: 'eventemitter2 0.4.14 (EventEmitter2/EventEmitter2#65): events heard once leave their name, 70 B',
    kinds: ['js-heap-leak'],
    names: ['listenerTree', 'EventEmitter', 'answer'],
    files: ['lib/eventemitter2.js', `${TRACKING}/depots.mjs`, 'parcel-tracking/main.mjs'],
    ratePerSecond: 250,
  }),
  leak('parcel-tracking/map-signal at manifests', {
    about: 'p-map 7.0.2 (sindresorhus/p-map#75): the listener of an abort signal outlives its call',
    kinds: ['listener-leak', 'js-heap-leak'],
    names: ['abort', 'AbortSignal', 'stopping'],
    files: ['index.js of p-map', `${TRACKING}/manifest.mjs`, 'parcel-tracking/main.mjs'],
    nodeMajor: 18,
  }),
  leak('parcel-tracking/exit-cleanup at damages', {
    about: 'express-form-data 2.0.19 (ortexx/express-form-data#16): a listener of the exit for each request',
    kinds: ['listener-leak', 'js-heap-leak'],
    names: ['exit', 'IncomingMessage'],
    files: ['index.js of express-form-data', 'parcel-tracking/main.mjs'],
    nodeMajor: 26,
    ratePerSecond: 60,
  }),
  leak('booking-api/schema-registry at bookings', {
    about: 'zod 4.1.7 (mastra-ai/mastra#18469): schemas with a description stay in the global registry, 20 KB',
    kinds: ['js-heap-leak'],
    names: ['_map', 'Registry', 'Zod'],
    files: ['core/registries.js', 'core/registries.cjs', 'schemas.js', 'schemas.cjs', `${BOOKING}/validator.mjs`],
    nodeMajor: 24,
    ratePerSecond: 40,
  }),
  leak('booking-api/breaker-intervals at offers', {
    about: 'opossum 4.1.0 (nodeshift/opossum#378): two intervals of each circuit run on after its shutdown',
    kinds: ['timer-leak', 'js-heap-leak'],
    names: ['Timeout', 'timers', 'Timer', 'Status'],
    files: ['lib/status.js of opossum', 'lib/circuit.js of opossum', `${BOOKING}/offers.mjs`],
    ratePerSecond: 40,
  }),
  leak('booking-api/timeout-signal at availability', {
    about: 'cockatiel 3.1.3 (connor4312/cockatiel#81): the listener of an abort signal outlives its call, 0.5 KB',
    kinds: ['listener-leak', 'js-heap-leak'],
    names: ['abort', 'AbortSignal', 'stopping'],
    files: ['common/abort.js', `${BOOKING}/availability.mjs`, 'booking-api/main.mjs'],
    nodeMajor: 26,
    ratePerSecond: 200,
  }),
  leak('booking-api/two-readers at metrics', {
    about:
      '@opentelemetry/sdk-metrics 1.17.0 (open-telemetry/opentelemetry-js#4115): what one reader collects is kept for the other',
    kinds: ['js-heap-leak'],
    names: ['unreportedAccumulations', 'TemporalMetricProcessor', 'Accumulation', 'AttributeHashMap'],
    files: ['state/TemporalMetricProcessor.ts', 'state/HashMap.ts', `${BOOKING}/metrics.mjs`, 'booking-api/main.mjs'],
    nodeMajor: 22,
    ratePerSecond: 100,
  }),
  leak('booking-api/agent-origins at notify', {
    about: 'undici 7.14.0 (nodejs/undici#4424): an agent keeps the client of every host it called, 20 KB',
    kinds: ['js-heap-leak'],
    names: ['clients', 'Agent', 'Pool', 'Client'],
    files: [
      'dispatcher/agent.js',
      'dispatcher/pool.js',
      'dispatcher/pool-base.js',
      'dispatcher/client.js',
      `${BOOKING}/webhooks.mjs`,
    ],
    ratePerSecond: 50,
  }),
];

const FIXED: readonly AccuracyCase[] = [
  healthy('parcel-tracking at parcels', 'axios 0.22.0', { nodeMajor: 22, ratePerSecond: 80 }),
  healthy('parcel-tracking at labels', 'debug 4.3.0', { nodeMajor: 24, ratePerSecond: 300 }),
  healthy('parcel-tracking at depots', 'eventemitter2 1.0.0', { ratePerSecond: 250 }),
  healthy('parcel-tracking at manifests', 'p-map 7.0.3', { nodeMajor: 18 }),
  healthy('parcel-tracking at damages', 'express-form-data 2.0.20', { nodeMajor: 26, ratePerSecond: 60 }),
  healthy('booking-api at bookings', 'zod 4.1.8', { nodeMajor: 24, ratePerSecond: 40 }),
  healthy('booking-api at offers', 'opossum 4.2.0', { ratePerSecond: 40 }),
  healthy('booking-api at availability', 'cockatiel 3.2.1', { nodeMajor: 26, ratePerSecond: 200 }),
  healthy('booking-api at metrics', '@opentelemetry/sdk-metrics 1.17.1', { nodeMajor: 22, ratePerSecond: 100 }),
  healthy('booking-api at notify', 'undici 7.15.0', { ratePerSecond: 50 }),
];

/** Leaks that published packages had: the release with the leak against the one with its fix. */
export const PUBLISHED_CASES: readonly AccuracyCase[] = [...LEAKS, ...FIXED];
