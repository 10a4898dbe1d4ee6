import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { RunCode } from '../../src/analysis/code/run-code.ts';
import type { Report } from '../../src/model/report.ts';
import { placeInService, scriptsOf } from '../helpers/code-of.ts';
import { readingsOf, type SampledSite } from '../helpers/sampled-sites.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const FOLDER = 'test/targets/land-register';
/** Adds no more when it is full, and takes nothing away. */
const REFUSING = `
const prices = new Map();
export function priceOf(article) {
  const price = { article, cents: article };
  if (prices.size < 500_000) prices.set(article, price);
  return price;
}
`;
const FILES = ['main.mjs', 'history.mjs', 'stock.mjs'].map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8')]);
const scripts = scriptsOf({ ...Object.fromEntries(FILES), 'prices.mjs': REFUSING });
const INTERVAL = 32 * 1024;
const BYTES_EACH = 1000;
const READINGS = 6;

/** What the whole heap holds beside 400 MB that stay. */
interface Service {
  readonly sites: readonly SampledSite[];
  readonly grown: (requests: number) => number;
}

const rising = (requests: number): number => 0.6 * BYTES_EACH * requests;
const SEARCHES: SampledSite = { file: 'main.mjs', function: 'searches', live: rising };
const PARCELS: SampledSite = { file: 'main.mjs', function: 'parcels', live: rising };
/** What requests in progress hold. */
const DRAFTS: SampledSite = { file: 'main.mjs', function: '', live: () => 100_000 };

function reportOf(service: Service, seed: number, hasCode = true): Report {
  return analyse(
    syntheticRun({
      seed,
      load: 'none',
      snapshots: 0,
      ratePerSecond: 100,
      heapNoiseBytes: 60_000,
      populations: [
        { suspect: { class: 'Parcel' }, bytesEach: 400e6, count: () => 1 },
        { suspect: { class: 'More' }, bytesEach: 1, count: ({ requests }) => service.grown(requests) },
      ],
      change: (run) => {
        const readings = readingsOf(run, service.sites, { seed, scripts, readings: READINGS, intervalBytes: INTERVAL });
        const stacks = readings.series.flatMap((one) => one.stacks);
        const growth = stacks.map((site) => ({ ...site, beforeBytes: 0, shareOfGrowth: 1 / stacks.length }));
        const code = new RunCode({ schema: 'profiler-code/1', scripts, leftOut: 0 }, placeInService, growth);
        return {
          ...run,
          placeOf: placeInService,
          code: hasCode ? code : null,
          allocationGrowth: growth,
          allocationReadings: readings,
        };
      },
    }),
  );
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const leaksOf = ({ findings }: Report) => findings.filter(({ kind }) => kind === 'js-heap-leak');
const accusedIn = (report: Report) => leaksOf(report).filter(({ confidence }) => confidence !== 'possible');

test('a leak of 600 B a request in 400 MB is found, with its class and the statement that adds, without a snapshot', () => {
  const service: Service = { sites: [SEARCHES, DRAFTS], grown: rising };
  const reports = SEEDS.map((seed) => reportOf(service, seed));
  const found = reports.flatMap((report) => accusedIn(report).slice(0, 1));
  assert.ok(found.length >= 0.9 * SEEDS.length, `${found.length} of ${SEEDS.length}`);
  for (const { subject, confidence } of found) {
    assert.equal(confidence, 'likely');
    assert.equal(subject.class, 'Search');
    assert.match(subject.added?.[0]?.excerpt ?? '', /searches\.set\(/);
  }
  assert.ok(reports.every(({ verdict }) => verdict !== 'pass'));
});

test('a cache at its bound is not accused, though what was sampled of it rises as a leak does', () => {
  const service: Service = { sites: [PARCELS, DRAFTS], grown: () => 0 };
  for (const seed of SEEDS) assert.deepEqual(leaksOf(reportOf(service, seed)), [], `seed ${seed}`);
});

test('a cache that is full after half of the requests is not accused', () => {
  const filling = (requests: number): number => rising(Math.min(requests, 3_000));
  const service: Service = { sites: [{ ...PARCELS, live: filling }, DRAFTS], grown: filling };
  for (const seed of SEEDS) assert.deepEqual(accusedIn(reportOf(service, seed)), [], `seed ${seed}`);
});

test('a cache that fills for longer than the run is possible at most, and the run does not pass', () => {
  // `keep` of the store takes the oldest away where it is full, and `priceOf` adds no more then.
  for (const site of [
    { file: 'stock.mjs', function: 'keep', live: rising },
    { file: 'prices.mjs', function: 'priceOf', live: rising },
  ]) {
    for (const seed of SEEDS) {
      const report = reportOf({ sites: [site, DRAFTS], grown: rising }, seed);
      assert.equal(leaksOf(report)[0]?.confidence, 'possible', `${site.function}, seed ${seed}`);
      assert.deepEqual(accusedIn(report), [], `${site.function}, seed ${seed}`);
      assert.notEqual(report.verdict, 'pass');
    }
  }
});

test('beside a cache that replaces as much as leaks, the statement without a removal is named', () => {
  const remember: SampledSite = { file: 'stock.mjs', function: 'remember', live: rising };
  const service: Service = { sites: [remember, SEARCHES, DRAFTS], grown: rising };
  const found = SEEDS.flatMap((seed) => accusedIn(reportOf(service, seed)).slice(0, 1));
  assert.ok(found.length >= 0.9 * SEEDS.length, `${found.length} of ${SEEDS.length}`);
  for (const { subject } of found) assert.match(subject.added?.[0]?.excerpt ?? '', /searches\.set\(/);
});

test('where two functions can be meant, or no statement is known that keeps, it is possible at most', () => {
  const note: SampledSite = { file: 'history.mjs', function: 'note', live: rising };
  for (const seed of SEEDS) {
    const both = reportOf({ sites: [SEARCHES, note], grown: rising }, seed);
    assert.deepEqual(accusedIn(both), [], `seed ${seed}`);
    assert.deepEqual(accusedIn(reportOf({ sites: [SEARCHES], grown: rising }, seed, false)), [], `seed ${seed}`);
  }
});

test('growth of the heap that no function explains, and functions that explain no growth, accuse nobody', () => {
  const half: SampledSite = { ...SEARCHES, live: (requests) => 0.1 * rising(requests) };
  for (const seed of SEEDS) assert.deepEqual(accusedIn(reportOf({ sites: [half], grown: rising }, seed)), []);
});
