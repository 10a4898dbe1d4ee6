import type { CaptureCost } from '../model/run-event.ts';
import type { Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost } from './measure-cost.ts';
import type { Sink, WrittenFile } from './part-file.ts';

/** Estimates may be wrong by a factor, and a slow disk or a busy host adds its own. */
const DEADLINE_FACTOR = 5;
const DEADLINE_EXTRA_MS = 60_000;
/** `node_count` follows the description of the fields: 1.5 to 3 kB from the start. */
const HEADER_CHARS = 64 * 1024;

/** Takes one heap snapshot into a sink, which appears whole or not at all. */
export type TakeSnapshot = (
  session: InspectorSession,
  options: {
    readonly openSink: () => Sink;
    readonly measure: MeasureCost;
    readonly estimatedPauseMs: Milliseconds;
    /** Write the values of numbers too (a third more pause, half as much file again where objects hold many). */
    readonly numbers: boolean;
  },
) => Promise<WrittenFile & { readonly nodes: number | null; readonly cost: CaptureCost }>;

export function snapshotDeadlineMs(estimatedPauseMs: Milliseconds): Milliseconds {
  return DEADLINE_FACTOR * estimatedPauseMs + DEADLINE_EXTRA_MS;
}

/**
 * Streams one heap snapshot over the inspector into a sink, which appears whole or not at all. Each chunk is written
 * at once: the protocol knows no back pressure, what waits for us is kept in the target's memory.
 */
export const takeSnapshot: TakeSnapshot = async (session, options) => {
  const sink = options.openSink();
  let head = '';
  let failure: unknown = null;
  const off = session.on<{ readonly chunk: string }>('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    if (failure !== null) return;
    if (head.length < HEADER_CHARS) head += chunk.slice(0, HEADER_CHARS - head.length);
    try {
      sink.write(chunk);
    } catch (error) {
      failure = error;
    }
  });
  try {
    const { cost } = await options.measure(() =>
      session.call(
        'HeapProfiler.takeHeapSnapshot',
        { reportProgress: false, captureNumericValue: options.numbers, exposeInternals: false },
        { deadlineMs: snapshotDeadlineMs(options.estimatedPauseMs) },
      ),
    );
    if (failure !== null) throw failure;
    takeIn('HeapProfiler.takeHeapSnapshot', () => refuseOther(head));
    return { ...sink.commit(), nodes: readNodeCount(head), cost };
  } catch (error) {
    sink.abandon();
    throw error;
  } finally {
    off();
  }
};

/** Throws for what is no snapshot, by its beginning. */
export function refuseOther(head: string): void {
  if (!/^\s*\{\s*"snapshot"/.test(head)) throw new Error('no heap snapshot');
}

export function readNodeCount(head: string): number | null {
  const count = /"node_count"\s*:\s*(\d+)/.exec(head)?.[1];
  return count === undefined ? null : Number(count);
}
