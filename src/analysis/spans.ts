import type { Milliseconds, MonoMs } from '../model/units.ts';

/** A stretch of time, both ends included. */
export interface Span {
  readonly fromMs: MonoMs;
  readonly toMs: MonoMs;
}

export function isInside(spans: readonly Span[], atMs: MonoMs): boolean {
  return spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
}

export function overlaps(spans: readonly Span[], { fromMs, toMs }: Span): boolean {
  return spans.some((span) => span.fromMs < toMs && fromMs < span.toMs);
}

/** How much of [fromMs, toMs] is in the spans, which do not overlap. */
export function coveredMs(spans: readonly Span[], { fromMs, toMs }: Span): Milliseconds {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs)), 0);
}

/** What is left of `span` when the holes are taken out. */
export function subtract(span: Span, holes: readonly Span[]): Span[] {
  const left: Span[] = [];
  let fromMs = span.fromMs;
  for (const hole of [...holes].sort((a, b) => a.fromMs - b.fromMs)) {
    if (hole.toMs <= fromMs || hole.fromMs >= span.toMs) continue;
    if (hole.fromMs > fromMs) left.push({ fromMs, toMs: hole.fromMs });
    fromMs = Math.max(fromMs, hole.toMs);
  }
  if (fromMs < span.toMs) left.push({ fromMs, toMs: span.toMs });
  return left;
}
