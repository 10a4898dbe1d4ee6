import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { RunCode } from '../../src/analysis/code/run-code.ts';
import type { Report } from '../../src/model/report.ts';
import { placeInService, scriptsOf } from '../helpers/code-of.ts';
import { readingsOf, type SampledSite } from '../helpers/sampled-sites.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

/** A heap of 22 MB without snapshots and without counts of classes: samples of live objects and the source have to tell. */
const scripts = scriptsOf({
  'desk.js': `
const bus = new EventEmitter();
const stopped = new Promise(() => {});
let last = Promise.resolve();
const prices = new Map();
const pending = new Map();
const trail = [];
exports.listen = function listen(n) {
  const onSold = (count) => n + count;
  bus.on('sold', onSold);
  if (n % 2) bus.off('sold', onSold);
};
exports.wait = function wait(n, stays) {
  if (stays) void stopped.then(() => n);
  else last = last.then(() => n);
  prices.set(n % 400, { n });
};
exports.remind = function remind(n, ms) {
  const timer = setTimeout(() => bus.emit('sold', n), ms);
  timer.unref();
};
exports.ask = function ask(id) {
  pending.set(id, { id, at: Date.now() });
};
exports.answer = function answer(id) {
  pending.delete(id);
};
const drafts = [];
let turns = 0;
function keep(n) {
  drafts.push({ n, text: 'draft' });
}
exports.relay = function relay(n) {
  const on = () => n;
  bus.on('mail', on);
  keep(n);
  turns = (turns + 1) % 16;
  bus.off('mail', on);
};
const scans = [];
exports.scan = function scan(n) {
  scans.push(Buffer.alloc(20_000, n % 256));
};
exports.trace = function trace(n) {
  trail.push({ n, step: 1 });
};
`,
  'bounded.js': `
const ring = new Array(50_000);
let next = 0;
exports.log = function log(n) {
  ring[next] = { n };
  next = (next + 1) % ring.length;
};
const seen = new Map();
exports.see = function see(n) {
  seen.set(n % SHARDS, { n });
};
class Recent {
  #kept = new Map();
  constructor(max) {
    this.max = max;
  }
  keep(id, value) {
    this.#kept.set(id, { id, value });
    if (this.#kept.size > this.max) this.#kept.delete(this.#kept.keys().next().value);
  }
}
class Counted {
  constructor(most) {
    this.most = most;
    this.size = 0;
    this.entries = {};
  }
  store(id, value) {
    if (this.size >= this.most) return;
    this.size += 1;
    this.entries[id] = { id, value };
  }
}
exports.recent = new Recent(Number(process.env.RECENT));
exports.counted = new Counted(Number(process.env.MOST));
const sessions = new Map();
exports.visit = function visit(id) {
  sessions.set(id, { id, at: Date.now() });
};
setInterval(() => {
  for (const [id, session] of sessions) if (Date.now() - session.at > 600_000) sessions.delete(id);
}, 1000);
const turned = [];
exports.turn = function turn(n) {
  turned.push({ n, text: String(n) });
  turned.shift();
};
`,
});
const INTERVAL = 2_048;
const READINGS = 7;
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

const ALLOC = { file: 'node:buffer', line: 1, column: 1, function: 'alloc', package: null };

interface Plan {
  readonly file?: string;
  readonly function: string;
  readonly bytesEach?: number;
  /** Of what is sampled, so much makes the heap larger; all by default. */
  readonly isTurned?: boolean;
  /** No more after so many requests. */
  readonly until?: number;
  /** Objects of its class, counted before the load and after it. */
  readonly counts?: readonly [before: number, after: number];
  /** Of what is kept outside of the heap, for each byte inside. */
  readonly outside?: number;
}

function reportOf(
  { file = 'desk.js', function: name, bytesEach = 100, isTurned, until, counts, outside = 0 }: Plan,
  seed: number,
): Report {
  const live = (requests: number): number => 0.5 * bytesEach * Math.min(requests, until ?? Number.POSITIVE_INFINITY);
  const site: SampledSite = { file, function: name, live };
  return analyse(
    syntheticRun({
      seed,
      load: 'none',
      snapshots: 0,
      ratePerSecond: 60,
      heapNoiseBytes: 80_000,
      populations: [
        {
          suspect: { class: 'More' },
          bytesEach: 1,
          externalEach: outside,
          count: ({ requests }) => (isTurned ? 0 : live(requests)),
        },
      ],
      change: (run) => {
        const readings = readingsOf(run, [site], { seed, scripts, readings: READINGS, intervalBytes: INTERVAL });
        const series = readings.series.map((one) => ({
          ...one,
          stacks: one.stacks.map(({ stack, ...rest }) => ({ ...rest, stack: outside ? [ALLOC, ...stack] : stack })),
        }));
        const growth = series.flatMap((one) =>
          one.stacks.map((stack) => ({ ...stack, beforeBytes: 0, shareOfGrowth: 1 })),
        );
        const code = new RunCode({ schema: 'profiler-code/1', scripts, leftOut: 0 }, placeInService, growth);
        const counted = (counts ?? []).map((count, i) => {
          const { monoMs, wallMs } = run.samples.at(i === 0 ? 8 : -8) ?? { monoMs: 0, wallMs: 0 };
          const classes = [{ class: 'Ticket', count }];
          return { type: 'class-counts' as const, monoMs, wallMs, requests: i === 0 ? 400 : 3_000, classes };
        });
        return {
          ...run,
          events: [...run.events, ...counted].sort((a, b) => a.monoMs - b.monoMs),
          placeOf: placeInService,
          code,
          allocationGrowth: growth,
          allocationReadings: { ...readings, series },
        };
      },
    }),
  );
}

const leaksOf = ({ findings }: Report) => findings.filter(({ kind }) => kind.endsWith('-leak'));
const accusedIn = (report: Report) => leaksOf(report).filter(({ confidence }) => confidence !== 'possible');

test('100 B a request, too little for the size of the heap, are found with kind, class and the statement that keeps them', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['listen', 'listener-leak', 'closure onSold', /bus\.on\('sold'/],
    ['wait', 'promise-leak', 'PromiseReaction', /stopped\.then/],
    ['remind', 'timer-leak', 'Timeout', /setTimeout/],
    ['relay', 'js-heap-leak', 'Object {n, text}', /drafts\.push/],
    ['trace', 'js-heap-leak', 'Object {n, step}', /trail\.push/],
  ];
  for (const [name, kind, className, excerpt] of cases) {
    const reports = SEEDS.map((seed) => reportOf({ function: name }, seed));
    const found = reports.flatMap((report) => accusedIn(report).slice(0, 1));
    assert.ok(found.length >= 0.9 * SEEDS.length, `${name}: ${found.length} of ${SEEDS.length}`);
    for (const { subject, ...finding } of found) {
      assert.deepEqual([finding.kind, finding.confidence, subject.class], [kind, 'likely', className]);
      assert.match(subject.added?.[0]?.excerpt ?? '', excerpt);
    }
  }
});

test('what is taken away by its own key is accused where the heap rises with it, and is open where it may be replaced', () => {
  const found = SEEDS.flatMap((seed) => accusedIn(reportOf({ function: 'ask', bytesEach: 1_000 }, seed)).slice(0, 1));
  assert.ok(found.length >= 0.9 * SEEDS.length, `${found.length} of ${SEEDS.length}`);
  for (const seed of SEEDS) {
    const report = reportOf({ function: 'ask', isTurned: true }, seed);
    assert.deepEqual(accusedIn(report), []);
    assert.ok(leaksOf(report).length === 0 || report.verdict !== 'pass');
  }
});

test('two counts of a class with one interval between them do not outweigh a statement that removes', () => {
  for (const seed of SEEDS) {
    const plan = { function: 'ask', isTurned: true } as const;
    const ring = reportOf({ ...plan, counts: [18, 100] }, seed);
    assert.deepEqual(accusedIn(ring), [], `seed ${seed}`);
    assert.equal(
      JSON.stringify(ring.findings).includes('Ticket'),
      leaksOf(ring).length > 0,
      'the counts are looked at',
    );
  }
});

test('a ring, a cache with a limit or an expiry, and what is replaced are not accused, and do not pass while they grow', () => {
  for (const name of ['log', 'see', 'keep', 'store', 'visit', 'turn'])
    for (const seed of SEEDS) {
      const report = reportOf({ file: 'bounded.js', function: name, bytesEach: 400 }, seed);
      assert.deepEqual(accusedIn(report), [], `${name}, seed ${seed}`);
      assert.notEqual(report.verdict, 'pass', `${name}, seed ${seed}`);
    }
});

test('what is replaced all the time, and what is full after half of the requests, is no leak', () => {
  for (const seed of SEEDS) {
    assert.deepEqual(leaksOf(reportOf({ function: 'trace', bytesEach: 2_000, isTurned: true }, seed)), []);
    assert.deepEqual(accusedIn(reportOf({ function: 'trace', bytesEach: 400, until: 1_500 }, seed)), []);
  }
});

test('buffers that stay outside of the heap are one leak, with the statement that keeps them', () => {
  for (const seed of SEEDS) {
    const [first, ...others] = leaksOf(reportOf({ function: 'scan', bytesEach: 200, outside: 100 }, seed));
    assert.equal(first?.kind, 'external-memory-leak', `seed ${seed}`);
    assert.match(first?.subject.added?.[0]?.excerpt ?? '', /scans\.push/);
    assert.deepEqual(others, []);
  }
});
