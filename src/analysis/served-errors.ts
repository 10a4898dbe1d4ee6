import { blockWidthMs } from '../stats/blocks.ts';
import { gainedBetween } from '../stats/counters.ts';
import { type Pieces, type Point, spanOf } from '../stats/point.ts';
import type { RunView } from './run-view.ts';
import { rawSeries } from './sample-series.ts';

/** A share of fewer answers says little. */
const LEAST_ANSWERS = 20;

/**
 * Percent of the answers that had a status of 500 or more, block by block, by the target's own count: everything that is
 * known of failures where the load is not ours. A status from 400 to 499 may be the right answer to what was asked.
 */
export function servedErrorSeries(view: RunView): Pieces {
  const options = { undisturbed: true, loadedOnly: true };
  const answers = rawSeries(view, (sample, before) => gainedBetween(before, sample, 'requests.served'), options);
  const errors = rawSeries(view, (sample, before) => gainedBetween(before, sample, 'requests.errors'), options);
  const failedAt = new Map(errors.flat().map(({ x, y }) => [x, y]));
  const widthMs = blockWidthMs(
    answers.reduce((sum, points) => sum + spanOf(points), 0),
    view.sampleIntervalMs,
  );
  return answers.map((points) =>
    shares(
      points.flatMap(({ x, y }) => {
        const failed = failedAt.get(x);
        return failed === undefined ? [] : [{ x, answers: y, failed }];
      }),
      widthMs,
    ),
  );
}

interface Gain {
  readonly x: number;
  readonly answers: number;
  readonly failed: number;
}

/** A block ends where it is long enough and has enough answers; what is left over at the end says too little. */
function shares(gains: readonly Gain[], widthMs: number): Point[] {
  const points: Point[] = [];
  let [fromX, answers, failed] = [gains[0]?.x ?? 0, 0, 0];
  for (const gain of gains) {
    answers += gain.answers;
    failed += gain.failed;
    if (gain.x - fromX < widthMs || answers < LEAST_ANSWERS) continue;
    points.push({ x: (fromX + gain.x) / 2, y: (100 * failed) / answers });
    [fromX, answers, failed] = [gain.x, 0, 0];
  }
  return points;
}
