import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

/** Bit of SIGUSR1 (signal 10) in the signal masks of /proc/<pid>/status. */
const SIGUSR1_BIT = 1n << 9n;

/** Whole milliseconds of one clock tick: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

export interface ProcStat {
  readonly comm: string;
  /** R running, S sleeping, D in the kernel, T stopped, Z zombie. */
  readonly state: string;
  readonly parentPid: number;
  /** Field 22: clock ticks from boot to the start of the process. */
  readonly startTicks: number;
}

export interface ProcStatus {
  readonly uid: number;
  /** Pid of the process in each pid namespace it is in, outermost first. */
  readonly namespacePids: readonly number[];
  readonly sigusr1: 'caught' | 'blocked' | 'default';
  readonly threads: number;
  readonly rssBytes: number;
}

/** False on macOS and Windows: there no process is found, and pidusage alone looks at one from outside. */
export function hasProc(): boolean {
  return readProc('self', 'stat') !== null;
}

/** Null when the process is gone or the file may not be read: every reader of this file. */
function readProc(pid: number | 'self', file: string): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}

export function readProcLink(pid: number | 'self', file: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${file}`);
  } catch {
    return null;
  }
}

/** Throws if there is no /proc: processes are found on Linux only. */
export function listPids(): number[] {
  if (process.platform !== 'linux') throw withoutProc();
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

export function withoutProc(): ProfilerError {
  return new ProfilerError(
    'platform-unsupported',
    EXIT.usage,
    `Processes are found through /proc, which ${process.platform === 'linux' ? 'cannot be read here' : `${process.platform} does not have`}.`,
    'Start the service with --inspect=127.0.0.1:9229 and give its address: --inspect 127.0.0.1:9229. profiler doctor says what is not measured then.',
  );
}

/** The name is in brackets and may contain brackets and spaces itself, so fields are counted from the last `)`. */
export function parseStat(text: string): ProcStat {
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  return {
    comm: text.slice(text.indexOf('(') + 1, nameEnd),
    state: fields[0] ?? '?',
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
  };
}

export function readStat(pid: number | 'self'): ProcStat | null {
  const text = readProc(pid, 'stat');
  return text ? parseStat(text) : null;
}

export function parseStatus(text: string): ProcStatus {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
  const hasSigusr1 = (mask: string): boolean => (BigInt(`0x${field(mask) || '0'}`) & SIGUSR1_BIT) !== 0n;
  return {
    uid: Number(field('Uid').split(/\s+/)[0]),
    namespacePids: field('NSpid').split(/\s+/).filter(Boolean).map(Number),
    sigusr1: hasSigusr1('SigCgt') ? 'caught' : hasSigusr1('SigBlk') ? 'blocked' : 'default',
    threads: Number(field('Threads') || '0'),
    rssBytes: Number.parseInt(field('VmRSS') || '0', 10) * 1024,
  };
}

export function readStatus(pid: number | 'self'): ProcStatus | null {
  const text = readProc(pid, 'status');
  return text ? parseStatus(text) : null;
}

/** The arguments as started; one changed text when the program has set `process.title`. */
export function readArguments(pid: number): string[] {
  return (readProc(pid, 'cmdline') ?? '').replace(/\0+$/, '').split('\0');
}

/** The environment that the process was started with; null when it belongs to somebody else. */
export function readEnvironment(pid: number): Map<string, string> | null {
  const text = readProc(pid, 'environ');
  if (text === null) return null;
  const pairs = text.split('\0').filter((line) => line.includes('='));
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** One line for each hierarchy: `4:memory:/system.slice/orders.service`. */
export function readControlGroups(pid: number): string | null {
  return readProc(pid, 'cgroup');
}

/** Descriptors by number; null if they may not be listed. */
export function listDescriptors(pid: number): number[] | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number);
  } catch {
    return null;
  }
}

/** What an epoll descriptor waits for: descriptor, and inode in the file system of its kind. */
export function readEpollTargets(pid: number, fd: number): { readonly fd: number; readonly inode: string }[] {
  const text = readProc(pid, `fdinfo/${fd}`) ?? '';
  const lines = text.matchAll(/^tfd:\s*(\d+).*\bino:\s*([0-9a-f]+)/gm);
  return [...lines].map(([, target, inode]) => ({ fd: Number(target), inode: String(Number.parseInt(inode!, 16)) }));
}

/** What an inotify descriptor watches, by the numbers of the kernel. */
export function readInotifyTargets(pid: number, fd: number): { readonly device: number; readonly inode: string }[] {
  const text = readProc(pid, `fdinfo/${fd}`) ?? '';
  const lines = text.matchAll(/^inotify .*\bino:([0-9a-f]+) sdev:([0-9a-f]+)/gm);
  return [...lines].map(([, inode, device]) => ({
    device: Number.parseInt(device!, 16),
    inode: String(BigInt(`0x${inode}`)),
  }));
}

/** Name of the kernel function the main thread sleeps in; null when unknown or running. */
export function readWaitChannel(pid: number): string | null {
  const text = readProc(pid, 'wchan');
  return text && text !== '0' ? text : null;
}

export function listChildren(pid: number): number[] {
  const text = readProc(pid, `task/${pid}/children`);
  if (text !== null) return text.split(' ').filter(Boolean).map(Number);
  return listPids().filter((other) => readStat(other)?.parentPid === pid);
}

export function readNetTable(pid: number | 'self', family: 'tcp' | 'tcp6'): string {
  return readProc(pid, `net/${family}`) ?? '';
}

/** Sockets of the Unix domain in a network namespace: inode in the seventh column, then the path (`@`: abstract). */
export function readUnixTable(pid: number | 'self' = 'self'): string {
  return readProc(pid, 'net/unix') ?? '';
}

/** Clock ticks since boot, now. */
export function ticksSinceBoot(): number {
  return Math.floor((Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000) / TICK_MS);
}
