import type { OnProgress } from '../../snapshot-stream/open-snapshot.ts';
import type { Terminal } from '../terminal.ts';

/** Redraws one line, at most ten times per second: snapshots of gigabytes take seconds. */
export function showProgress(terminal: Terminal): OnProgress {
  let shownAtMs = 0;
  return (what, done) => {
    const nowMs = performance.now();
    if (nowMs - shownAtMs < 100) return;
    shownAtMs = nowMs;
    terminal.redraw([`${what} … ${Math.round(done * 100)} %`]);
  };
}
