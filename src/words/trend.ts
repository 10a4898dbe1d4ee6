import { formatDuration, type Milliseconds } from '../model/units.ts';

const MINUTE_MS: Milliseconds = 60_000;

export interface Rest {
  readonly verdict: 'growing' | 'plateau' | 'step' | 'flat';
  /** The largest growth that the data allow is too small to be reported. */
  readonly isBounded: boolean;
  /** A run of this length would be enough; null if unknown. */
  readonly tellsAfterMs: Milliseconds | null;
  readonly axis: 'time' | 'requests';
}

/**
 * What is said of a series that is not seen to grow: that it does not, that it levelled off, or that it cannot be judged
 * yet.
 */
export function restWords({ verdict, isBounded, tellsAfterMs, axis }: Rest): string {
  switch (verdict) {
    case 'growing':
      return 'grows';
    case 'plateau':
      return axis === 'requests' ? 'levelled off under load' : 'levelled off';
    case 'step':
      return 'one step, then flat';
    case 'flat':
      return isBounded ? 'does not grow' : `cannot tell yet: ${runThatTells(tellsAfterMs)}`;
  }
}

/** `a run of 4 m at this load would be enough`, in whole minutes, since it is not known more exactly. */
export function runThatTells(tellsAfterMs: Milliseconds | null): string {
  if (tellsAfterMs === null) return 'a longer run is needed';
  return `a run of ${formatDuration(Math.ceil(tellsAfterMs / MINUTE_MS) * MINUTE_MS)} at this load would be enough`;
}
