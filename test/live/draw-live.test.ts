import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLive } from '../../src/live/draw-live.ts';
import { fit, lengthOf, span, wrap } from '../../src/live/line.ts';
import { LiveBook, phasesOf } from '../../src/live/live-book.ts';
import type { LiveState } from '../../src/live/live-state.ts';
import type { ScreenSize } from '../../src/live/screen-size.ts';
import { Series, sparkline } from '../../src/live/series.ts';
import { assertGolden } from '../helpers/golden.ts';

const HOUR_MS = 3_600_000;
/** 2026-11-22 23:00 UTC. */
const START_MS = Date.UTC(2026, 10, 22, 23);
const PLAN = { warmUpMs: HOUR_MS / 3, steadyMs: 7 * HOUR_MS + HOUR_MS / 6, idleTailMs: HOUR_MS / 2 };

/** Three hours and twelve minutes of a service that leaks 31 MB an hour, a sample a minute. */
function bookOfLeak(): LiveBook {
  const book = new LiveBook();
  for (let second = 0; second <= 11_520; second += 60) {
    const wave = Math.sin(second / 400);
    book.sample(
      {
        monoMs: 1000 * second,
        segment: 0,
        values: {
          'process.rss': 250e6 + 14_000 * second,
          'process.cpu': 38 + 4 * wave,
          'process.fds': 211,
          'process.threads': 11,
          'loop.delay.p99': 14 + wave,
          'loop.utilization': 0.41,
          'heap.used': 90e6 + 8_600 * second + 8e6 * Math.abs(wave),
          'heap.limit': 512e6,
          'heap.external': 4.2e6,
          'requests.served': 120 * second,
          'requests.latency.sum': 120 * second * 12,
          'requests.active': 3,
          'resources.sockets': 148,
          'resources.timers': 12,
          ...(second % 120 === 0 ? { 'heap.live': 72e6 + 8_600 * second } : {}),
        },
      },
      second >= 1200,
    );
  }
  book.suspects(
    [
      { name: '(array)', objects: 9_000_000, bytes: 900e6 },
      { name: 'Object', objects: 1_800_000, bytes: 99e6 },
      { name: 'OrderAudit', objects: 1_204_512, bytes: 151e6 },
      { name: 'Shrunk', objects: -5, bytes: -500 },
    ],
    1_204_600,
  );
  book.event(START_MS, 'attached to orders-api (process 41213)');
  book.event(START_MS + 2 * HOUR_MS, 'heap snapshot 2 (steady): 212 MB, the service was paused for 4 s');
  book.event(
    START_MS + 3 * HOUR_MS,
    'no heap snapshot: it would take up to 1.2 GB more memory, and the control group with its limit of 2 GB has 900 MB free',
  );
  return book;
}

function stateOf(book: LiveBook, changes: Partial<LiveState> = {}): LiveState {
  const elapsedMs = 3.2 * HOUR_MS;
  const remainingMs = 8 * HOUR_MS - elapsedMs;
  const wallMs = START_MS + elapsedMs;
  return {
    command: 'soak',
    service: 'orders-api',
    pid: 41_213,
    nodeVersion: 'v22.23.3',
    wallMs,
    utcOffsetMs: 0,
    elapsedMs,
    progress: {
      remainingMs,
      phases: phasesOf(PLAN, { phase: 'steady', wallMs, remainingMs }),
      samples: 11_520,
      gaps: 0,
      snapshotsTaken: 2,
      snapshotsPlanned: 5,
      nextSnapshotInMs: 1.2 * HOUR_MS,
      estimate: { pauseMs: 6200, extraBytes: 300e6, refused: null },
    },
    load: { completed: 1_387_201, errors: 112, ratePerSecond: 120.2, isPaused: false },
    ...book.reading,
    question: null,
    isHelpOpen: false,
    ...changes,
  };
}

function textOf(state: LiveState, size: ScreenSize): string {
  return drawLive(state, size)
    .map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

const SIZE: ScreenSize = { columns: 80, rows: 24, isUnicode: true };

test('the screen of a soak at 80x24, 120x40 and 300x80, of top, and in a terminal without block characters', () => {
  const state = stateOf(bookOfLeak());
  const top = stateOf(bookOfLeak(), { command: 'top', progress: null, load: null });
  const screens = [
    textOf(state, SIZE),
    textOf(state, { columns: 120, rows: 40, isUnicode: true }),
    textOf(state, { columns: 300, rows: 80, isUnicode: true }).split('\n').slice(0, 22).join('\n'),
    textOf(top, SIZE),
    textOf({ ...state, isHelpOpen: true }, { ...SIZE, isUnicode: false }),
  ];
  assertGolden('live-view.txt', `${screens.join(`\n${'='.repeat(80)}\n`)}\n`);
});

test('every size has exactly its rows, and no line is wider than the screen', () => {
  const book = bookOfLeak();
  const states = [
    stateOf(book),
    stateOf(book, { service: 'a-service-with-a-name-that-is-longer-than-any-screen-'.repeat(9) }),
    stateOf(book, { service: '課金サービス'.repeat(20) }),
    stateOf(book, { question: 'Snapshot now? '.repeat(40) }),
    stateOf(book, { isHelpOpen: true }),
    stateOf(new LiveBook(), { progress: null, load: null }),
  ];
  for (const state of states)
    for (const [columns, rows] of [
      [80, 24],
      [20, 8],
      [40, 10],
      [120, 40],
      [300, 80],
      [300, 5],
      [1, 1],
    ] as const) {
      const lines = drawLive(state, { columns, rows, isUnicode: true });
      assert.equal(lines.length, rows, `${columns}x${rows}`);
      for (const line of lines) assert.ok(lengthOf(line) <= columns, `${columns}x${rows}: ${JSON.stringify(line)}`);
    }
});

test('at 80 columns nothing is clipped: long events go on in the next line', () => {
  const text = textOf(stateOf(bookOfLeak()), SIZE);
  assert.doesNotMatch(text, /\.\.$/m);
  assert.match(text.replace(/\s+/g, ' '), /limit of 2 GB has 900 MB free/);
});

test('the slope and the time to the limit are told once they can be, and what does not grow is not called growing', () => {
  assert.deepEqual(new LiveBook().reading.growth, { kind: 'unknown' });
  const { growth } = bookOfLeak().reading;
  assert.equal(growth.kind, 'growing');
  if (growth.kind !== 'growing') return;
  assert.ok(Math.abs(growth.bytesPerHour - 8_600 * 3600) < 0.02 * 8_600 * 3600, `${growth.bytesPerHour}`);
  assert.ok(growth.low <= growth.bytesPerHour && growth.bytesPerHour <= growth.high);
  const expectedMs = ((512e6 - (72e6 + 8_600 * 11_520)) / (8_600 * 3600)) * HOUR_MS;
  assert.ok(Math.abs((growth.toLimitMs ?? 0) - expectedMs) < 0.05 * expectedMs);

  const flat = new LiveBook();
  for (let second = 0; second < 3600; second += 60)
    flat.sample({ monoMs: 1000 * second, segment: 0, values: { 'heap.live': 72e6 + (second % 7) * 1e4 } }, true);
  assert.notEqual(flat.reading.growth.kind, 'growing');
});

test('a new life of the service begins anew: nothing of the one before is held against it', () => {
  const book = bookOfLeak();
  book.sample({ monoMs: 11_600_000, segment: 1, values: { 'heap.live': 30e6, 'requests.served': 5 } }, true);
  const { growth, suspects, requestsPerSecond } = book.reading;
  assert.equal(growth.kind, 'unknown');
  assert.deepEqual(suspects, []);
  assert.ok((requestsPerSecond ?? 0) >= 0);
});

test('a suspect says who holds it and which line, once a report has said it', () => {
  const book = bookOfLeak();
  const explained = 'in Map pending of module queue.js, src/audit/queue.ts:41:17';
  book.explain(new Map([['OrderAudit', explained]]));
  assert.deepEqual(
    book.reading.suspects.map((suspect) => suspect.explained),
    [explained, undefined],
  );
  const [line = ''] = drawLive(stateOf(book), { columns: 160, rows: 40, isUnicode: true })
    .map((spans) => spans.map(({ text }) => text).join(''))
    .filter((text) => text.includes('OrderAudit'));
  assert.ok(line.trimEnd().endsWith(explained), line);
});

test('suspects are classes of the program that became more, by request, and not those of the engine', () => {
  const { suspects } = bookOfLeak().reading;
  assert.deepEqual(
    suspects.map(({ name }) => name),
    ['OrderAudit', 'Object'],
  );
  assert.ok(Math.abs((suspects[0]?.perRequest ?? 0) - 1) < 0.001);
  const counted = new LiveBook();
  counted.classCounts([{ class: 'Quote', count: 10 }], 100);
  counted.classCounts([{ class: 'Quote', count: 60 }], 200);
  assert.deepEqual(counted.reading.suspects, [{ name: 'Quote', objects: 50, bytes: null, perRequest: 0.5 }]);
});

test('a series of a day stays in bounded memory, keeps its shape, and shows where nothing was measured', () => {
  const series = new Series();
  for (let second = 0; second < 86_400; second += 1) series.add(second < 43_200 ? null : second);
  assert.ok(series.values.length <= 240);
  const drawn = sparkline(series.values, 24, true);
  assert.match(drawn, /^ {11,13}[▁-█]{11,13}$/);
  assert.equal(sparkline([0, 1, 2, 3], 4, false), '_-*@');
  assert.equal(sparkline([7, 7, 7], 3, true), '███');
  assert.equal(sparkline([], 10, true), '');
});

test('lines are cut by columns of the terminal, not by characters', () => {
  assert.equal(lengthOf([span('課金'), span('a\u0301')]), 5);
  const cut = fit([span('課金サービス')], 7)
    .map(({ text }) => text)
    .join('');
  assert.equal(cut, '課金..');
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.ok(wrap('a'.repeat(50), 8).every((line) => line.length <= 8));
});
