import { formatDuration, type Milliseconds, type Share } from '../model/units.ts';

const LEAST_LIMIT_MS = 2_000;
/** Of a long run. */
const SHARE_OF_RUN = 0.002;

/**
 * What all pauses of a run may add up to where the heap is large, so that each collection is felt: 2 s, in long runs 0.2 %
 * of the time. Snapshots do not count: their own guard decides, and those of a large heap are refused.
 */
export class PauseSum {
  readonly limitMs: Milliseconds;
  #spentMs = 0;

  constructor(durationMs: Milliseconds) {
    this.limitMs = Math.max(LEAST_LIMIT_MS, SHARE_OF_RUN * durationMs);
  }

  get spentMs(): Milliseconds {
    return this.#spentMs;
  }

  get leftMs(): Milliseconds {
    return Math.max(0, this.limitMs - this.#spentMs);
  }

  spend(pauseMs: Milliseconds): void {
    this.#spentMs += pauseMs;
  }

  /** Why a pause of this length may not be; `share`: of the whole, at most. Null if it may. */
  refuse(pauseMs: Milliseconds, share: Share = 1): string | null {
    if (pauseMs <= Math.min(this.leftMs, share * this.limitMs)) return null;
    const all = formatDuration(this.limitMs);
    const part =
      share < 1 && pauseMs > share * this.limitMs ? `, of which this may take ${Math.round(100 * share)} %` : '';
    return `it would pause the service for about ${formatDuration(pauseMs)}; so far it was paused for ${formatDuration(this.#spentMs)}, and with so large a heap all pauses of this run may add up to ${all}${part} (--max-pause overrules this)`;
  }
}
