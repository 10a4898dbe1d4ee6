import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeEvent, readEvent } from '../../src/format/event-line.ts';
import { encodeRequestInterval, readRequestInterval } from '../../src/format/request-line.ts';
import { runId } from '../../src/format/run-id.ts';
import { encodeSample, readSample } from '../../src/format/sample-line.ts';
import { ShapeError } from '../../src/format/shape.ts';
import { METRICS, type MetricName } from '../../src/model/metric-catalogue.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { decodeJournal } from '../helpers/decode-journal.ts';

const at = { wallMs: 1_795_466_650_000, monoMs: 1234.5 };
const cost = { startMonoMs: 1, endMonoMs: 2, pauseMs: 0.5 };

/** One of each type: a new type without an example here fails below. */
const EVENTS: readonly RunEvent[] = [
  { ...at, type: 'phase', phase: 'steady', edge: 'start' },
  { ...at, type: 'capture', capture: 'heap-snapshot', file: 'heap/1.heapsnapshot', cost, bytes: 5, error: null },
  { ...at, type: 'capture', capture: 'collect-garbage', file: null, cost, bytes: 0, error: 'timed out' },
  { ...at, type: 'capture-refused', capture: 'heap-snapshot', reason: 'x', estimatedPauseMs: 1, estimatedBytes: 2 },
  { ...at, type: 'live-heap', bytes: 7, forced: true },
  { ...at, type: 'load', state: 'paused', detail: '' },
  { ...at, type: 'target-lost', reason: 'exit code 1' },
  { ...at, type: 'target-back', segment: 1, pid: 5, afterMs: 12 },
  { ...at, type: 'inspector-lost', detail: 'cut' },
  { ...at, type: 'inspector-back', detail: '' },
  { ...at, type: 'unresponsive', edge: 'end', detail: '' },
  { ...at, type: 'gap', durationMs: 5000, reason: 'suspended' },
  { ...at, type: 'gap', durationMs: 5000, reason: 'suspended', what: 'load' },
  { ...at, type: 'clock-jump', jumpMs: -3e6 },
  { ...at, type: 'note', detail: '\u2028 line ends \n and quotes "' },
  { ...at, type: 'error', detail: '' },
  { ...at, type: 'import', detail: 'a.jtl', requests: 5, unusable: 1, leftOut: 2, lost: ['cut off'], verdicts: ['x'] },
  { ...at, type: 'end', reason: 'completed', detail: '' },
];

function onlyRecord(line: string): object {
  const { records, damage } = decodeJournal(Buffer.from(line));
  assert.deepEqual(damage, []);
  return records[0]?.record ?? {};
}

test('every event comes back as it was written', () => {
  for (const event of EVENTS) assert.deepEqual(readEvent(onlyRecord(encodeEvent(event))), event);
});

test('an event of a later version, or with a wrong field, is refused with its reason', () => {
  assert.throws(
    () => readEvent({ ...at, type: 'teleport' }),
    /event type that this version knows but is the text "teleport"/,
  );
  assert.throws(() => readEvent({ ...at, type: 'constructor' }), ShapeError);
  assert.throws(
    () => readEvent({ ...at, type: 'phase', phase: 'steady', edge: 7 }),
    /edge should be one of start, end/,
  );
  assert.throws(() => readEvent({ ...at, type: 'load', state: 'paused' }), /detail should be a text but is missing/);
});

test('samples come back, rounded to four decimals, without what is no number', () => {
  const names = fc.constantFrom(...(Object.keys(METRICS) as MetricName[]));
  const value = fc.oneof(
    fc.integer(),
    fc.integer({ min: 0, max: 1e9 }).map((n) => n / 1e4),
    fc.constant(Number.NaN),
  );
  fc.assert(
    fc.property(fc.dictionary(names, value), fc.nat(), (values, segment) => {
      const sample = { ...at, segment, lateMs: 0.12345, values };
      const read = readSample(onlyRecord(encodeSample(sample)));
      const numbers = Object.fromEntries(Object.entries({ ...values }).filter(([, one]) => !Number.isNaN(one)));
      assert.deepEqual(read, { ...at, segment, lateMs: 0.1235, values: JSON.parse(JSON.stringify(numbers)) });
    }),
  );
});

test('metrics of a later version are left out and counted', () => {
  const unknown: string[] = [];
  const values = JSON.parse('{"process.rss":1,"future.metric":2,"__proto__":3,"toString":4}');
  const sample = readSample({ ...at, segment: 0, lateMs: 0, values }, (name) => unknown.push(name));
  assert.deepEqual(sample.values, { 'process.rss': 1 });
  assert.deepEqual(unknown, ['future.metric', '__proto__', 'toString']);
});

test('request intervals come back, also under names that objects have of their own', () => {
  const interval: RequestInterval = {
    startMonoMs: 0,
    endMonoMs: 1000,
    name: 'constructor',
    count: 5,
    errors: 2,
    dropped: 0,
    late: 1,
    maxLateMs: 12.5,
    errorKinds: JSON.parse('{"__proto__":1,"status 500":1}'),
    intended: 'HISTFAAAA',
    service: '',
  };
  assert.deepEqual(readRequestInterval(onlyRecord(encodeRequestInterval(interval))), interval);
  const withAborted = { ...interval, aborted: 7 };
  assert.deepEqual(readRequestInterval(onlyRecord(encodeRequestInterval(withAborted))), withAborted);
  assert.throws(() => readRequestInterval({ ...interval, aborted: -1 }), /aborted should be/);
  const traits = {
    answers: 3,
    bodyBytes: 3000,
    jsonAnswers: 3,
    closed: 0,
    connects: 1,
    connectMs: 0.4,
    compressible: 1,
    compressed: 0,
    sampleBytes: 1000,
    sampleGzipBytes: 200,
  };
  const withTraits = { ...interval, traits };
  assert.deepEqual(readRequestInterval(onlyRecord(encodeRequestInterval(withTraits))), withTraits);
  assert.throws(
    () => readRequestInterval({ ...interval, traits: { ...traits, closed: -1 } }),
    /traits\.closed should be/,
  );
  assert.throws(() => readRequestInterval({ ...interval, count: 1.5 }), /count should be a count but is 1.5/);
  assert.throws(() => readRequestInterval({ ...interval, errorKinds: { a: 'b' } }), /errorKinds\.a should be a count/);
});

test('readers of lines throw nothing but ShapeErrors', () => {
  const object = fc.oneof(fc.object({ withBigInt: true, withNullPrototype: true }), fc.record({ type: fc.string() }));
  fc.assert(
    fc.property(object, (record) => {
      for (const read of [readEvent, readSample, readRequestInterval]) {
        assert.throws(() => read(record), ShapeError);
      }
    }),
  );
});

test('run ids sort by time and are safe as names of folders', () => {
  const wallMs = Date.UTC(2026, 10, 23, 20, 44, 10, 987);
  assert.equal(runId(wallMs, 'orders-api'), '2026-11-23T20-44-10-orders-api');
  assert.equal(runId(wallMs, '@scope/Größe ../../x'), '2026-11-23T20-44-10-scope-gr-e-x');
  assert.equal(runId(wallMs, '…'), '2026-11-23T20-44-10');
});
