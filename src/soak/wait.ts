import type { Milliseconds } from '../model/units.ts';

/** Resolves after the time, or at once when `stop` says so: true when the time passed, false when it was stopped. */
export function wait(durationMs: Milliseconds, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (passed: boolean): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      resolve(passed);
    };
    const onStop = (): void => settle(false);
    const timer = setTimeout(() => settle(true), Math.max(0, durationMs));
    stop.addEventListener('abort', onStop);
  });
}
