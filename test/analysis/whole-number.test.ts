import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthBehaviour } from '../../src/analysis/heap/growth-tests.ts';
import { judgeSuspect } from '../../src/analysis/heap/judge-suspect.ts';
import { wholeNumber } from '../../src/analysis/heap/whole-number.ts';
import { intervalsBetween, type NamedCount } from '../../src/analysis/snapshot-intervals.ts';
import type { HeapSuspect } from '../../src/model/heap-growth.ts';
import { caseAdvice } from '../../src/words/case-advice.ts';
import { seededRandom } from '../format/seeded-random.ts';
import { variableOf } from '../helpers/holders.ts';

type Counts = Readonly<Record<string, number | readonly [answered: number, failed: number]>>;

/** An interval: objects that stayed, and requests by name. */
function gain(amount: number, counts: Counts, requests?: number) {
  const requestsByName = new Map(
    Object.entries(counts).map(([name, count]): [string, NamedCount] => {
      const [answered, failed] = typeof count === 'number' ? [count, 0] : count;
      return [name, { begun: answered, failed, aborted: 0 }];
    }),
  );
  const all = [...requestsByName.values()].reduce((sum, { begun }) => sum + begun, 0);
  return {
    amount,
    interval: {
      fromMs: 0,
      toMs: 20_000,
      loadedMs: 20_000,
      requests: requests ?? all,
      requestsByName,
      namedBy: 'target' as const,
      isIdle: false,
      tells: true,
      holdsIdleTail: false,
    },
  };
}

const fit = { rivals: [], since: 0 };

test('one a request of a rare route is a whole number, and so is one for each that failed', () => {
  const rare = wholeNumber([gain(40, { 'GET /': 800, 'POST /pay': 40 }), gain(61, { 'GET /': 790, 'POST /pay': 60 })]);
  assert.deepEqual(
    { ...rare, deviation: 0 },
    { ...fit, request: 'POST /pay', outcome: 'any' as const, perRequest: 1, deviation: 0 },
  );
  const failed = wholeNumber([gain(53, { 'POST /pay': [260, 53] }), gain(44, { 'POST /pay': [240, 44] })]);
  assert.deepEqual(
    { ...failed, deviation: 0 },
    { ...fit, request: 'POST /pay', outcome: 'failed' as const, perRequest: 1, deviation: 0 },
  );
});

test('a leak that begins in the middle fits from there on', () => {
  const late = wholeNumber([gain(144, { 'POST /pay': 600 }), gain(538, { 'POST /pay': 540 })]);
  assert.equal(late?.since, 1);
  assert.equal(late?.perRequest, 1);
  // What stayed for each request before, and no more does, is a cache that has filled.
  assert.equal(wholeNumber([gain(600, { 'POST /pay': 600 }), gain(200, { 'POST /pay': 600 })]), null);
  assert.equal(wholeNumber([gain(900, { 'POST /pay': 600 }), gain(600, { 'POST /pay': 600 })]), null);
});

test('one interval alone wants many requests, and a number that meets them', () => {
  assert.equal(wholeNumber([gain(40, { 'POST /pay': 40 })]), null);
  assert.equal(wholeNumber([gain(380, { 'POST /pay': 400 })]), null);
  assert.equal(wholeNumber([gain(399, { 'POST /pay': 400 })])?.perRequest, 1);
});

/** A cache that fills: 400 keys, each looked up at random, as the routes of a service are. */
function cacheThatFills(seed: number, requests: number): boolean {
  const random = seededRandom(seed);
  const seen = new Set<number>();
  const gains = [0, 1].map(() => {
    const before = seen.size;
    const counts: Record<string, number> = {};
    for (let i = 0; i < requests; i += 1) {
      const route = Math.floor(8 * random());
      counts[`GET /${'abcdefgh'[route]}`] = (counts[`GET /${'abcdefgh'[route]}`] ?? 0) + 1;
      if (route === 0) seen.add(Math.floor(400 * random()));
    }
    return gain(seen.size - before, counts);
  });
  return wholeNumber(gains) !== null;
}

test('a cache of 400 keys that fills is a whole number by chance only, among eight routes of the same rate', () => {
  const seeds = Array.from({ length: 500 }, (_, i) => i);
  const share = (requests: number): number =>
    seeds.filter((seed) => cacheThatFills(seed, requests)).length / seeds.length;
  // With 75 requests to its own route an interval: few keys come twice.
  assert.ok(share(600) < 0.05, String(share(600)));
  assert.ok(share(1200) < 0.02, String(share(1200)));
});

test('between two looks the routes of the target are counted, unless a restart or a look without counts lies between', () => {
  const told = (monoMs: number, answered: number, failed: number) => ({
    type: 'route-counts' as const,
    wallMs: 0,
    monoMs,
    routes: [{ route: 'POST /pay', begun: answered, failed, aborted: 0 }],
  });
  const marks = [0, 20_000, 40_000, 60_000].map((monoMs) => ({ monoMs, requests: null }));
  const events = [told(-10, 5, 1), told(19_990, 45, 9), told(39_990, 7, 0)];
  const view = { run: { requests: [], events }, loaded: [], idleTail: null };
  const intervals = intervalsBetween(view as unknown as Parameters<typeof intervalsBetween>[0], marks);
  assert.deepEqual(
    intervals.map(({ requestsByName }) => [...requestsByName]),
    [[['POST /pay', { begun: 40, failed: 8, aborted: 0 }]], [], []],
  );
});

test('routes of which the target counted the later ones together are one', () => {
  const routes = (answered: number) => [
    ...Array.from({ length: 20 }, (_, i) => ({
      route: `GET /shop/blue-${'abcdefghijklmnopqrst'[i]}`,
      begun: answered,
      failed: 1,
      aborted: 0,
    })),
    { route: 'GET /shop/{id}', begun: 10 * answered, failed: 0, aborted: 0 },
    { route: 'GET /health', begun: answered, failed: 0, aborted: 0 },
  ];
  const told = (monoMs: number, answered: number) => ({
    type: 'route-counts' as const,
    wallMs: 0,
    monoMs,
    routes: routes(answered),
  });
  const view = { run: { requests: [], events: [told(-10, 1), told(19_990, 3)] }, loaded: [], idleTail: null };
  const marks = [0, 20_000].map((monoMs) => ({ monoMs, requests: null }));
  const [interval] = intervalsBetween(view as unknown as Parameters<typeof intervalsBetween>[0], marks);
  assert.deepEqual(
    [...interval!.requestsByName],
    [
      ['GET /shop/{id}', { begun: 60, failed: 0, aborted: 0 }],
      ['GET /health', { begun: 2, failed: 0, aborted: 0 }],
    ],
  );
});

function ticketsOf(counts: readonly number[]): HeapSuspect {
  return {
    class: 'Ticket',
    holder: variableOf('desk.js', 'map', 'open'),
    holderId: 1,
    path: [],
    signature: 'open',
    anchorLocation: null,
    classLocation: null,
    counts,
    bytes: counts.map((count) => 1000 * count),
    cohorts: [],
    shareOfGrowth: 0.3,
    objectsPerRequest: null,
    bytesPerRequest: null,
    boundHints: [],
  };
}

/** A watched service with `perInterval` requests between two looks, half of them to the route that leaks, and health checks in the rest. */
function judged(
  perInterval: number,
  stays: (requests: number) => number,
  change: Partial<HeapSuspect> = {},
): ReturnType<typeof judgeSuspect> {
  const half = perInterval / 2;
  const told = (at: number, requests: number, checks: number) => ({
    type: 'route-counts' as const,
    wallMs: 0,
    monoMs: 20_000 * at,
    routes: [
      { route: 'GET /tickets', begun: requests / 2, failed: 0, aborted: 0 },
      { route: 'GET /seats', begun: requests / 2, failed: 0, aborted: 0 },
      { route: 'GET /health', begun: checks, failed: 0, aborted: 0 },
    ],
  });
  const events = [told(0, 0, 1), told(1, perInterval, 2), told(2, 2 * perInterval, 3), told(3, 2 * perInterval, 6)];
  const totals = [1, perInterval + 2, 2 * perInterval + 3, 2 * perInterval + 6];
  const view = {
    run: { requests: [], events },
    loaded: [{ fromMs: 0, toMs: 40_000 }],
    idleTail: { fromMs: 40_000, toMs: 60_000 },
  } as unknown as Parameters<typeof intervalsBetween>[0];
  const marks = totals.map((requests, at) => ({ monoMs: 20_000 * at, requests }));
  const counts = [0, half, 2 * half, 2 * half].map((requests) => 10 + stays(requests));
  const suspect = { ...ticketsOf(counts), ...change };
  return judgeSuspect(suspect, growthBehaviour(suspect, intervalsBetween(view, marks)), RESTING_HEAP);
}

const RESTING_HEAP = { what: '', entry: null, isLinear: false, isGrowing: false, releasedInIdle: null };

test('one object for each request of a route, kept through a rest, is likely; of some dozen requests it is too early to tell', () => {
  assert.equal(judged(400, (requests) => requests).confidence, 'likely');
  const early = judged(26, (requests) => requests);
  assert.equal(early.confidence, 'possible');
  assert.equal(early.isOpen, true);
});

test('many objects of a part of the requests that outlived a rest, with nothing against them, are no pass', () => {
  const some = judged(1_000, (requests) => Math.floor(requests * 0.29), { shareOfGrowth: 0.2 });
  assert.deepEqual(some, { confidence: 'possible', against: [], isOpen: true });
  const few = judged(300, (requests) => Math.floor(requests * 0.29), { shareOfGrowth: 0.2 });
  assert.deepEqual(few, { confidence: 'possible', against: [] });
});

test('an interval with hardly any load does not make even growth uneven', () => {
  // Recorded at 2 requests a second: the last interval is the rest, with 6 requests of the route and 18 health checks.
  const seen = [
    { leaking: 35, all: 68, checks: 11 },
    { leaking: 126, all: 235, checks: 39 },
    { leaking: 223, all: 420, checks: 69 },
    { leaking: 229, all: 439, checks: 87 },
  ];
  const events = seen.map(({ leaking, all, checks }, at) => ({
    type: 'route-counts' as const,
    wallMs: 0,
    monoMs: 90_000 * at,
    routes: [
      { route: 'GET /tickets', begun: leaking, failed: 0, aborted: 0 },
      { route: 'GET /seats', begun: all - leaking, failed: 0, aborted: 0 },
      { route: 'GET /health', begun: checks, failed: 0, aborted: 0 },
    ],
  }));
  const view = {
    run: { requests: [], events },
    loaded: [{ fromMs: 0, toMs: 180_000 }],
    idleTail: { fromMs: 190_000, toMs: 270_000 },
  } as unknown as Parameters<typeof intervalsBetween>[0];
  const intervals = intervalsBetween(
    view,
    seen.map(({ all, checks }, at) => ({ monoMs: 90_000 * at, requests: all + checks })),
  );
  assert.deepEqual(
    intervals.map(({ isIdle, tells }) => [isIdle, tells]),
    [
      [false, true],
      [false, true],
      [false, false],
    ],
  );
  const behaviour = growthBehaviour(ticketsOf([45, 137, 232, 236]), intervals);
  assert.equal(behaviour.whole?.request, 'GET /tickets');
  assert.equal(behaviour.loaded.length, 2);
  assert.ok((behaviour.laterOverEarlier ?? 0) > 0.9);
  assert.equal(behaviour.outlivedIdle, true);
  // Where it is one of two, there is nothing else to compare with.
  assert.equal(growthBehaviour(ticketsOf([137, 232, 236]), intervals.slice(1)).loaded.length, 2);
});

test('requests whose client went away count as requests: growth that follows all of them is even', () => {
  const begun = [0, 1000, 2200, 3700];
  const aborted = [0, 100, 460, 1210];
  const events = begun.map((requests, at) => ({
    type: 'route-counts' as const,
    wallMs: 0,
    monoMs: 20_000 * at,
    routes: [{ route: 'GET /quotes/{id}', begun: requests, failed: 0, aborted: aborted[at]! }],
  }));
  const view = { run: { requests: [], events }, loaded: [{ fromMs: 0, toMs: 60_000 }], idleTail: null };
  const marks = begun.map((requests, at) => ({ monoMs: 20_000 * at, requests: requests - aborted[at]! }));
  const intervals = intervalsBetween(view as unknown as Parameters<typeof intervalsBetween>[0], marks);
  const leak = ticketsOf(begun.map((requests) => Math.round(requests / 7)));
  assert.equal(judgeSuspect(leak, growthBehaviour(leak, intervals), RESTING_HEAP).confidence, 'likely');
});

test('a few dozen handles that stay open through a rest are likely a leak, unless clients have a part in them', () => {
  const handles = (name: string): HeapSuspect => ({
    ...ticketsOf([11, 42, 61, 85, 85]),
    class: name,
    holder: { container: 'handles', class: name },
    survivors: 85,
    shareOfGrowth: 1,
  });
  const intervals = [690, 680, 700, 0].map((requests, at) => ({
    fromMs: 17_000 * at,
    toMs: 17_000 * (at + 1),
    loadedMs: requests === 0 ? 0 : 17_000,
    requests,
    requestsByName: new Map<string, NamedCount>(),
    namedBy: 'load' as const,
    isIdle: requests === 0,
    tells: requests > 0,
    holdsIdleTail: requests === 0,
  }));
  const confidenceOf = (suspect: HeapSuspect) =>
    judgeSuspect(suspect, growthBehaviour(suspect, intervals), RESTING_HEAP).confidence;
  assert.equal(confidenceOf(handles('FSEvent')), 'likely');
  assert.equal(confidenceOf(handles('TCP')), 'possible');
});

test('where only requests that fail leave something, the removal belongs into a finally', () => {
  const place = { file: 'desk.js', column: 5, function: 'sell', package: null };
  const advice = caseAdvice({
    kind: 'js-heap-leak',
    holder: 'Map `open` of module desk.js',
    subject: '`Ticket`',
    added: [{ ...place, line: 7, excerpt: 'open.set(id, ticket);', route: 'POST /tickets', outcome: 'failed' }],
    removed: [{ ...place, line: 9, excerpt: 'open.delete(id);' }],
    brokenBound: null,
  });
  assert.match(
    advice ?? '',
    /`desk\.js:9:5` `open\.delete\(id\)` in `sell` removes it, but not after `POST \/tickets` requests that fail: .* `finally`/,
  );
});

test('what waits in a queue of a package is no leak of the package: the work that its turn depends on is to end', () => {
  const line = (file: string, at: number, excerpt: string, owner: string | null) => ({
    file,
    line: at,
    column: 1,
    function: 'run',
    package: owner,
    excerpt,
  });
  const adviceWith = (removal: string) =>
    caseAdvice({
      kind: 'js-heap-leak',
      holder: 'Array `#queue` of PriorityQueue',
      subject: '`Object {id, run}`',
      added: [
        line('notifier.js', 9, 'outbox.add(() => post(url))', null),
        line('queue.js', 19, 'this.#queue.push(element)', 'waiting-list@1.0.0'),
      ],
      removed: [line('queue.js', 47, removal, 'waiting-list@1.0.0')],
      brokenBound: null,
    });
  assert.match(adviceWith('const item = this.#queue.shift();') ?? '', /queue\.js:47.*give that work a timeout/);
  assert.match(adviceWith('this.#queue.splice(0, this.#head);') ?? '', /give that work a timeout/);
  assert.doesNotMatch(adviceWith('this.#byKey.delete(key);') ?? '', /timeout/);
});

test('of a pipe that stays, the advice is about pipes', () => {
  const place = {
    file: 'tail.js',
    line: 11,
    column: 12,
    function: '',
    package: null,
    excerpt: 'feed.pipe(lines).pipe(res);',
  };
  const advice = caseAdvice({
    kind: 'listener-leak',
    holder: 'listeners of event "data" on PassThrough `feed`',
    subject: '`Transform`',
    added: [place],
    removed: [],
    brokenBound: null,
  });
  assert.match(advice ?? '', /`unpipe` it on the `close` event/);
  assert.doesNotMatch(advice ?? '', /signal/);
});
