import { estimateSnapshot, type SnapshotFacts } from '../../../src/capture/estimate-snapshot.ts';
import { majorOf, type Row, type Truth } from './row.ts';

/** An estimate divided by what came out: below 1 it was too low. */
export interface Ratio {
  readonly memory: number;
  readonly pause: number;
}

export interface Judged {
  readonly row: Row;
  /** From the heap spaces alone. */
  readonly spaces: Ratio;
  /** After a look through the heap. */
  readonly look: Ratio;
  /** Of the second snapshot, after the first. */
  readonly calibrated: Ratio;
}

/** No limit, a quiet host. */
const ELSEWHERE = {
  rooms: [],
  slowdown: 1,
  budget: { maxPauseMs: Number.POSITIVE_INFINITY, because: 'asked' as const },
};
/** Less than this harms nobody, and the noise of the allocator is as large. */
const NOISE_BYTES = 20e6;

export function judgeRow(row: Row): Judged {
  const facts: SnapshotFacts = {
    ...ELSEWHERE,
    makeup: row.makeup,
    nodeMajor: majorOf(row.node),
    look: null,
    calibration: null,
    rssBytes: row.first.rssBytes,
  };
  const { makeup, rssBytes } = row.second;
  return {
    row,
    spaces: ratioOf(facts, row.first),
    look: ratioOf({ ...facts, look: row.look }, row.first),
    calibrated: ratioOf({ ...facts, calibration: row.calibration, makeup, rssBytes }, row.second),
  };
}

function ratioOf(facts: SnapshotFacts, truth: Truth): Ratio {
  const { extraBytes, pauseMs } = estimateSnapshot(facts);
  return {
    memory: (extraBytes + NOISE_BYTES) / (truth.peakBytes + NOISE_BYTES),
    // The quiet pause: CPU time of the main thread, which waits for nobody.
    pause: pauseMs / truth.cpuMs,
  };
}
