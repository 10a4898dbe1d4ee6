import type { Load } from '../load/load-client.ts';
import type { Milliseconds } from '../model/units.ts';
import type { TargetWatch } from './target-watch.ts';

/** So long the requests in flight may still be answered by a service that is about to end. */
const GRACE_MS: Milliseconds = 5_000;
/** Of Node's timers. */
const LONGEST_TIMER_MS: Milliseconds = 2 ** 31 - 1;

export interface LoadHold {
  /** So long the load has waited. */
  readonly awayMs: () => Milliseconds;
  readonly end: () => void;
}

/**
 * Stops the load while the service that is watched is away, and releases its connections: it may wait for them to end, and
 * what takes its port may be another program. `onLost` is called where it has not come back when the load should be over.
 */
export function holdWhileAway(
  load: Load,
  watch: Pick<TargetWatch, 'onPresence'>,
  { durationMs, onLost }: { readonly durationMs: Milliseconds | null; readonly onLost: () => void },
): LoadHold {
  const startMs = performance.now();
  let heldAtMs = 0;
  let awayMs = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let isHeld = false;
  let timer: NodeJS.Timeout | undefined;
  watch.onPresence((presence) => {
    if (presence === 'lost') return onLost();
    const shallHold = presence === 'away';
    if (shallHold === isHeld) return;
    isHeld = shallHold;
    if (shallHold) heldAtMs = performance.now();
    else awayMs += performance.now() - heldAtMs;
    clearTimeout(timer);
    const leftMs = durationMs === null ? LONGEST_TIMER_MS : startMs + durationMs - performance.now();
    if (shallHold) timer = setTimeout(onLost, Math.min(LONGEST_TIMER_MS, Math.max(0, leftMs)));
    // `ended` reports a load that is gone.
    turn = turn
      .then<unknown>(() => (shallHold ? load.pause(GRACE_MS, { letGo: true }) : load.resume()))
      .catch(() => {});
  });
  return {
    awayMs: () => awayMs + (isHeld ? performance.now() - heldAtMs : 0),
    end: () => {
      watch.onPresence(() => {});
      clearTimeout(timer);
    },
  };
}
