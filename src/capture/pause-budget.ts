import { formatDuration, type Milliseconds } from '../model/units.ts';
import { readEnvironment, readStatus } from '../target/proc.ts';
import { readKernelFile } from './proc-files.ts';

/** How long a service may be paused for a snapshot, and where the limit comes from. */
export interface PauseBudget {
  readonly maxPauseMs: Milliseconds;
  readonly because: 'asked' | 'default' | 'liveness probe' | 'systemd watchdog';
  /** So long after its last sign of life systemd ends the service. */
  readonly watchdogMs?: Milliseconds;
}

const DEFAULT_MAX_PAUSE_MS = 10_000;
/**
 * Probes of Kubernetes: every 10 s, 1 s to answer, the third in a row that fails restarts the container. A pause of 20 s
 * and more can meet three. An estimate that is 40 % too low, on a host that is twice as busy then, stays below.
 */
const PROBED_MAX_PAUSE_MS = 6_000;

/**
 * Of WatchdogSec: a service tells systemd that it lives at half of it, so a pause may begin when half is over. What was
 * said of estimates and busy hosts leaves three tenths of the other half.
 */
const WATCHDOG_SHARE = 0.15;
const MICROSECONDS_A_MS = 1e3;

/**
 * What the user says rules; else less is allowed where something ends a service that does not answer: a liveness probe in a
 * pod of Kubernetes, the watchdog of systemd.
 */
export function settlePauseBudget(askedMs: Milliseconds | null, pid: number | null): PauseBudget {
  if (askedMs !== null) return { maxPauseMs: askedMs, because: 'asked' };
  const usual: PauseBudget =
    pid !== null && isInPod(pid)
      ? { maxPauseMs: PROBED_MAX_PAUSE_MS, because: 'liveness probe' }
      : { maxPauseMs: DEFAULT_MAX_PAUSE_MS, because: 'default' };
  const watchdogMs = pid === null ? null : watchdogOf(pid);
  if (watchdogMs === null || WATCHDOG_SHARE * watchdogMs >= usual.maxPauseMs) return usual;
  return { maxPauseMs: WATCHDOG_SHARE * watchdogMs, because: 'systemd watchdog', watchdogMs };
}

/** sd_watchdog_enabled(3): the variables are inherited, and mean the process whose pid they name. */
function watchdogOf(pid: number): Milliseconds | null {
  const environment = readEnvironment(pid);
  const periodUs = Number(environment?.get('WATCHDOG_USEC'));
  if (!(periodUs > 0)) return null;
  const means = Number(environment?.get('WATCHDOG_PID') || pid);
  const isMeant = means === pid || readStatus(pid)?.namespacePids.includes(means);
  return isMeant ? periodUs / MICROSECONDS_A_MS : null;
}

/** Why this much computing on the main thread is too long a pause on a host this busy; null if it is allowed. */
export function refusePause(
  { maxPauseMs, because, watchdogMs }: PauseBudget,
  cpuMs: Milliseconds,
  slowdown: number,
): string | null {
  const pauseMs = cpuMs * slowdown;
  if (pauseMs <= maxPauseMs) return null;
  const busy =
    slowdown > 1.2
      ? ` (${formatDuration(cpuMs)} of computing, ${slowdown.toFixed(1)} times as long on this busy host)`
      : '';
  const why =
    because === 'liveness probe'
      ? ' in a pod, where a liveness probe would restart the service'
      : watchdogMs === undefined
        ? ''
        : ` because the systemd watchdog ends a service that has not reported for ${formatDuration(watchdogMs)}`;
  return `the service would be paused for about ${formatDuration(pauseMs)}${busy}, longer than the allowed ${formatDuration(maxPauseMs)}${why}`;
}

function isInPod(pid: number): boolean {
  return (
    readEnvironment(pid)?.has('KUBERNETES_SERVICE_HOST') === true ||
    /kubepods/.test(readKernelFile(`/proc/${pid}/cgroup`) ?? '')
  );
}
