// What a call of each published package keeps, in the release with the leak and in the one with the fix:
//   node test/bench/leaky-packages.mjs [FAULT...]      (Node 20 and above; docs/accuracy.md holds a result)
// The parts of the services that use a package are called in a loop, in a process of its own for each release, and the
// heap is measured after collections. It proves that a case of test/accuracy leaks, without the tool that it judges.
import { spawnSync } from 'node:child_process';
import { EventEmitter, setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Availability } from '../targets/booking-api/lib/availability.mjs';
import { Metrics } from '../targets/booking-api/lib/metrics.mjs';
import { Offers } from '../targets/booking-api/lib/offers.mjs';
import { validatorFor } from '../targets/booking-api/lib/validator.mjs';
import { Webhooks } from '../targets/booking-api/lib/webhooks.mjs';
import { startBackend } from '../targets/lib/backend.mjs';
import { loadPublished } from '../targets/lib/published.mjs';
import { Carrier } from '../targets/parcel-tracking/lib/carrier.mjs';
import { Depots } from '../targets/parcel-tracking/lib/depots.mjs';
import { Labels } from '../targets/parcel-tracking/lib/labels.mjs';
import { Manifest } from '../targets/parcel-tracking/lib/manifest.mjs';

const ROUNDS = 4;
const CALLS_PER_ROUND = 1_500;
/** Timers and sockets that a release closes in time are gone after it. */
const REST_MS = 1_200;
const LISTS = ['parcel-tracking', 'booking-api'].map(
  (service) => new URL(`../targets/${service}/packages.json`, import.meta.url),
);

const stopping = new AbortController();
setMaxListeners(0, stopping.signal);

/** By fault: the call that a request makes, given the module and the port of a backend. */
const CALLS = {
  'cancel-token': (axios, port) => {
    const carrier = new Carrier(axios, `http://127.0.0.1:${port}`);
    return (count) => carrier.track(`p-${count}`);
  },
  'debug-instances': (createDebug) => {
    const labels = new Labels(createDebug);
    return (count) => labels.print(`p-${count}`);
  },
  'wildcard-tree': (eventemitter2) => {
    const depots = new Depots(eventemitter2);
    return (count) => depots.find(`p-${count}`);
  },
  'map-signal': (pMap) => {
    const manifest = new Manifest(pMap, stopping.signal);
    return (count) => manifest.weigh([`p-${count}`, 'p-1']);
  },
  'exit-cleanup': (forms) => {
    const parse = forms.parse({ autoClean: true });
    return () => parse(Object.assign(new EventEmitter(), { headers: {}, method: 'GET' }), new EventEmitter(), () => {});
  },
  'schema-registry': (z) => (count) => validatorFor(z, `hotel-${count}`).safeParse({ hotel: 'a', nights: 1 }),
  'breaker-intervals': (circuitBreaker) => {
    const offers = new Offers(circuitBreaker);
    return (count) => offers.ask(`hotel-${count}`);
  },
  'timeout-signal': (cockatiel) => {
    const availability = new Availability(cockatiel, stopping.signal);
    return (count) => availability.of(`room-${count}`);
  },
  'two-readers': (sdk) => {
    const metrics = new Metrics(sdk);
    return (count) => {
      metrics.count(`/route-${count % 6}`, 200);
      return metrics.scrape();
    };
  },
  'agent-origins': (undici, port) => {
    const webhooks = new Webhooks(undici, port);
    return (count) => webhooks.notify(`customer-${count}`);
  },
};

const [word, release, ...more] = process.argv.slice(2);
if (word === '--measure') await measure(release, ...more);
else printTable(process.argv.slice(2));

function printTable(wanted) {
  console.log('| package | leak keeps | fix keeps |\n|---|--:|--:|');
  for (const [fault, entry] of LISTS.flatMap((list) => Object.entries(JSON.parse(readFileSync(list, 'utf8'))))) {
    if (wanted.length > 0 && !wanted.includes(fault)) continue;
    const [leak, fix] = ['leaky', 'fixed'].map((name) => {
      const words = ['--expose-gc', import.meta.filename, '--measure', name, fault];
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${fault}, ${name}: ${stderr}`);
      return `${Number(stdout).toFixed(0)} B`;
    });
    console.log(`| ${entry.package} ${entry.leaky}, ${entry.fixed} | ${leak} | ${fix} |`);
  }
}

/** Prints the bytes that a call keeps: the median of the rounds after the first, which warms up. */
async function measure(releaseName, fault) {
  const list = LISTS.find((candidate) => fault in JSON.parse(readFileSync(candidate, 'utf8')));
  const modules = await loadPublished(list, releaseName === 'leaky' ? fault : 'none');
  const backend = await startBackend();
  const call = CALLS[fault](modules[fault], backend.port);
  const grown = [];
  let before = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 0; count < CALLS_PER_ROUND; count += 1) await call(round * CALLS_PER_ROUND + count);
    await setTimeout(REST_MS);
    for (let pass = 0; pass < 3; pass += 1) globalThis.gc();
    const { heapUsed } = process.memoryUsage();
    if (round > 0) grown.push((heapUsed - before) / CALLS_PER_ROUND);
    before = heapUsed;
  }
  grown.sort((a, b) => a - b);
  process.stdout.write(`${grown[1]}\n`, () => process.exit(0));
  backend.stop();
}
