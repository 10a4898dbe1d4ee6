import { createHash } from 'node:crypto';
import { readEnvironment } from './proc.ts';

/** The variables that a process was started with: digests of their values, which may be secret. */
export type StartEnvironment = ReadonlyMap<string, string>;

/**
 * Variables that are others at each start of the same service: numbers of the start, what a shell or a supervisor counts.
 */
const OF_EACH_START: ReadonlySet<string> = new Set([
  // systemd
  'INVOCATION_ID',
  'JOURNAL_STREAM',
  'SYSTEMD_EXEC_PID',
  'MAINPID',
  'MANAGERPID',
  'WATCHDOG_PID',
  'LISTEN_PID',
  // Node: cluster and child_process
  'NODE_UNIQUE_ID',
  'NODE_CHANNEL_FD',
  // pm2
  'created_at',
  'exit_code',
  'pm_uptime',
  'prev_restart_delay',
  'restart_time',
  'status',
  'unique_id',
  'unstable_restarts',
  // A shell
  '_',
  'OLDPWD',
  'SHLVL',
]);

/** Null if it belongs to somebody else. */
export function readStartEnvironment(pid: number): StartEnvironment | null {
  const environment = readEnvironment(pid);
  if (environment === null) return null;
  const kept = [...environment].filter(([name]) => !OF_EACH_START.has(name));
  return new Map(kept.map(([name, value]) => [name, createHash('sha256').update(value).digest('base64')]));
}

/** The names of those that differ, or that only one of them has; empty if one cannot be read. */
export function differingVariables(one: StartEnvironment | null, other: StartEnvironment | null): readonly string[] {
  if (one === null || other === null) return [];
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name)).sort();
}
