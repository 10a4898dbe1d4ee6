import { formatDuration, type Milliseconds } from '../model/units.ts';
import { readEnvironment } from '../target/proc.ts';
import { readKernelFile } from './proc-files.ts';

/** How long a service may be paused for a snapshot, and who says so. */
export interface PauseBudget {
  readonly maxPauseMs: Milliseconds;
  readonly because: 'asked' | 'default' | 'liveness probe';
}

const DEFAULT_MAX_PAUSE_MS = 10_000;
/**
 * Probes of Kubernetes: every 10 s, 1 s to answer, the third in a row that fails restarts the container. A pause of 20 s
 * and more can meet three. An estimate that is 40 % too low, on a host that is twice as busy then, stays below.
 */
const PROBED_MAX_PAUSE_MS = 6_000;

/** What the user says rules; else less is allowed where a liveness probe is likely: in a pod of Kubernetes. */
export function settlePauseBudget(askedMs: Milliseconds | null, pid: number | null): PauseBudget {
  if (askedMs !== null) return { maxPauseMs: askedMs, because: 'asked' };
  return pid !== null && isInPod(pid)
    ? { maxPauseMs: PROBED_MAX_PAUSE_MS, because: 'liveness probe' }
    : { maxPauseMs: DEFAULT_MAX_PAUSE_MS, because: 'default' };
}

/** Why so much computing of the main thread, on a host this busy, is too long a pause; null where it may be. */
export function refusePause(
  { maxPauseMs, because }: PauseBudget,
  cpuMs: Milliseconds,
  slowdown: number,
): string | null {
  const pauseMs = cpuMs * slowdown;
  if (pauseMs <= maxPauseMs) return null;
  const busy =
    slowdown > 1.2
      ? ` (${formatDuration(cpuMs)} of computing, ${slowdown.toFixed(1)} times as long on this busy host)`
      : '';
  const why = because === 'liveness probe' ? ' in a pod, where a liveness probe would restart the service' : '';
  return `the service would be paused for about ${formatDuration(pauseMs)}${busy}, longer than the allowed ${formatDuration(maxPauseMs)}${why}`;
}

function isInPod(pid: number): boolean {
  return (
    readEnvironment(pid)?.has('KUBERNETES_SERVICE_HOST') === true ||
    /kubepods/.test(readKernelFile(`/proc/${pid}/cgroup`) ?? '')
  );
}
