import type { MonoMs } from '../model/units.ts';
import { cutWarmUp } from '../stats/cut-warm-up.ts';
import { type LiveSize, lowerEnvelope, troughs } from '../stats/lower-envelope.ts';
import { median } from '../stats/order-statistics.ts';
import type { Pieces } from '../stats/point.ts';
import type { RunView } from './run-view.ts';
import { gauge, rawSeries, sinceStart } from './sample-series.ts';
import { isInside } from './spans.ts';

/** Collections that follow each other this closely (a snapshot orders two or three) are one moment. */
const SAME_MOMENT_MS = 2_000;

/**
 * The size of the JS heap after major collections, over the judged stretch, one piece for each life of the process.
 * If collections are not reported, the troughs of the used heap replace them.
 */
export function liveHeapSeries(view: RunView): Pieces {
  const sizes = liveSizes(view).filter(({ atMs }) => isInside([view.judged], atMs));
  if (sizes.length === 0) return rawSeries(view, gauge('heap.used')).map(troughs);
  const pieces = new Map<number, LiveSize[]>();
  for (const size of sizes) {
    const segment = view.restartTimesMs.filter((startMs) => startMs <= size.atMs).length;
    const piece = pieces.get(segment) ?? [];
    piece.push(size);
    pieces.set(segment, piece);
  }
  const envelopes = [...pieces.values()].map((piece) => lowerEnvelope(mergeMoments(piece)));
  const inAll = envelopes.reduce((sum, points) => sum + points.length, 0);
  return envelopes.map((points) => cutWarmUp(points, inAll));
}

/** The sizes after major collections as they were reported, over the whole run, including the time without requests. */
export function liveHeapSizes(view: RunView): readonly (LiveSize & { readonly atMs: MonoMs })[] {
  return liveSizes(view).filter(({ atMs }) => atMs >= view.judged.fromMs);
}

/** Live size at the end of the idle tail over that before it; null if either is unknown. */
export function idleTailSizes(view: RunView): { readonly before: number; readonly after: number } | null {
  if (view.idleTail === null) return null;
  const forced = liveSizes(view).filter((size) => size.forced);
  const after = forced.filter(({ atMs }) => isInside([view.idleTail ?? view.whole], atMs)).at(-1);
  const before = forced.filter(({ atMs }) => atMs <= (view.idleTail?.fromMs ?? 0)).slice(-2);
  return after && before.length > 0 ? { before: median(before.map(({ y }) => y)), after: after.y } : null;
}

interface TimedSize extends LiveSize {
  readonly atMs: MonoMs;
}

function liveSizes(view: RunView): TimedSize[] {
  const told = view.run.events.flatMap((event) =>
    event.type === 'live-heap' ? [toSize(view, event.monoMs, event.bytes, event.forced)] : [],
  );
  if (told.length > 0) return told;
  return view.run.samples.flatMap(({ monoMs, values }) => {
    const bytes = values['heap.live'];
    return bytes === undefined ? [] : [toSize(view, monoMs, bytes, false)];
  });
}

function toSize(view: RunView, atMs: MonoMs, y: number, forced: boolean): TimedSize {
  return { atMs, x: sinceStart(view, atMs), y, forced };
}

/** The lowest of the forced sizes of one moment; pairs of points a blink apart would make wild slopes. */
function mergeMoments(sizes: readonly LiveSize[]): LiveSize[] {
  const merged: LiveSize[] = [];
  for (const size of [...sizes].sort((a, b) => a.x - b.x)) {
    const last = merged.at(-1);
    const isSame = last !== undefined && size.x - last.x < SAME_MOMENT_MS && size.forced === last.forced;
    if (isSame) merged[merged.length - 1] = size.y < last.y ? size : last;
    else merged.push(size);
  }
  return merged;
}
