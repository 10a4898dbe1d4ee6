import type { CaptureCost, ClassCount, DescriptorGroup, RouteCount, RunEvent } from '../model/run-event.ts';
import { encodeJournalLine } from './journal.ts';
import {
  count,
  type Fields,
  fields,
  flag,
  listOf,
  member,
  moment,
  nullable,
  number,
  oneOf,
  optional,
  type Read,
  ShapeError,
  text,
} from './shape.ts';

type EventType = RunEvent['type'];
type OfType<E extends RunEvent, T extends EventType> = E extends RunEvent ? (T extends E['type'] ? E : never) : never;
/** The fields of one type of event, apart from those of all events. */
type Own<T extends EventType> = Omit<OfType<RunEvent, T>, 'type' | 'wallMs' | 'monoMs'>;

const readCost = fields<CaptureCost>({ startMonoMs: moment, endMonoMs: moment, pauseMs: number });
const detail = { detail: text };
const readGroup = fields<DescriptorGroup>({
  kind: oneOf('file', 'socket', 'pipe', 'anon', 'other'),
  pattern: text,
  count,
});
const readClassCount = fields<ClassCount>({ class: text, count });
const readRouteCount = fields<RouteCount>({
  route: text,
  begun: count,
  failed: count,
  serverErrors: optional(count),
  aborted: count,
});

/** One entry per event type: the compiler refuses a new type without its fields. */
const FIELDS: { readonly [T in EventType]: Fields<Own<T>> } = {
  phase: { phase: oneOf('warm-up', 'baseline', 'steady', 'idle-tail'), edge: oneOf('start', 'end') },
  capture: {
    capture: oneOf(
      'cpu-start',
      'cpu',
      'heap-profile',
      'heap-snapshot',
      'heap-count',
      'collect-garbage',
      'marking',
      'class-counts',
      'call-counts',
      'clinic-window',
      'worker-snapshot',
    ),
    file: nullable(text),
    cost: readCost,
    bytes: number,
    error: nullable(text),
    estimatedPauseMs: optional(number),
  },
  'capture-refused': {
    capture: oneOf(
      'cpu-start',
      'heap-profile',
      'heap-snapshot',
      'collect-garbage',
      'marking',
      'class-counts',
      'call-counts',
      'worker-snapshot',
    ),
    reason: text,
    estimatedPauseMs: number,
    estimatedBytes: number,
  },
  descriptors: { groups: listOf(readGroup) },
  'class-counts': { requests: nullable(number), classes: listOf(readClassCount) },
  'route-counts': { routes: listOf(readRouteCount) },
  'worker-threads': { running: count, examined: count, reason: text },
  'live-heap': { bytes: number, forced: flag },
  load: { state: oneOf('started', 'paused', 'resumed', 'stopped', 'lost'), detail: text },
  'target-lost': { reason: text, isPlainEnd: optional(flag) },
  'target-back': { segment: count, pid: count, afterMs: number },
  'inspector-lost': detail,
  'inspector-back': detail,
  unresponsive: { edge: oneOf('start', 'end'), detail: text },
  gap: { durationMs: number, reason: text, what: optional(oneOf('load')) },
  'clock-jump': { jumpMs: number },
  note: detail,
  error: detail,
  import: {
    detail: text,
    requests: count,
    unusable: count,
    leftOut: count,
    lost: listOf(text),
    verdicts: listOf(text),
    crossed: optional(listOf(fields({ name: text, limit: text, measured: nullable(number), unit: oneOf('ms', '') }))),
  },
  end: { reason: oneOf('completed', 'stopped-by-user', 'target-lost', 'aborted'), detail: text },
};

const readStamp = fields({ wallMs: moment, monoMs: moment });
const READERS: ReadonlyMap<string, Read<object>> = new Map(
  Object.entries<Fields<object>>(FIELDS).map(([type, spec]) => [type, fields(spec)]),
);

/** One line of events.ndjson. */
export function encodeEvent(event: RunEvent): string {
  return encodeJournalLine(event);
}

/** Reads one record of events.ndjson; throws a ShapeError, also for a type that this version does not know. */
export function readEvent(record: object): RunEvent {
  const type = member(record, 'type');
  const readOwn = typeof type === 'string' ? READERS.get(type) : undefined;
  if (!readOwn) throw new ShapeError('type', 'an event type that this version knows', type);
  // FIELDS has proved the fields of every type, which TypeScript cannot follow through the map.
  return { type, ...readStamp(record, ''), ...readOwn(record, '') } as RunEvent;
}
