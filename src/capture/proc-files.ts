import { readFileSync } from 'node:fs';

/** Text of a small kernel file; null when it is absent, or not ours to read. */
export function readKernelFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

interface ProcStat {
  /** One letter: R, S, D, Z (zombie), T (stopped), X (dead). */
  readonly state: string;
  readonly threads: number;
  readonly startTicks: number;
}

/** /proc/<pid>/stat. The command in brackets may hold spaces and brackets: fields are counted from the last one. */
export function parseProcStat(text: string): ProcStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Field 3 of proc(5) is the first here: state; 20 is num_threads, 22 is starttime.
  const [state] = fields;
  const threads = Number(fields[17]);
  const startTicks = Number(fields[19]);
  return state && Number.isFinite(threads) && Number.isFinite(startTicks) ? { state, threads, startTicks } : null;
}

/** `Key: 123 kB` or `key: 123` or `key 123` lines as numbers; kB become bytes. */
export function parseKeyed(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [, key, amount, unit] of text.matchAll(/^(\w+):?\s+(\d+)(?:\s+(kB))?$/gm)) {
    values.set(key ?? '', Number(amount) * (unit ? 1024 : 1));
  }
  return values;
}

/** /proc/<pid>/net/dev: bytes of all interfaces of the network namespace, since they came up. */
export function parseNetDev(text: string): { readonly receivedBytes: number; readonly sentBytes: number } {
  let receivedBytes = 0;
  let sentBytes = 0;
  // `eth0: bytes packets errs drop fifo frame compressed multicast bytes …`: sent begins at the ninth number.
  for (const [, numbers = ''] of text.matchAll(/^\s*\S+:\s*(.*)$/gm)) {
    const fields = numbers.trim().split(/\s+/).map(Number);
    receivedBytes += fields[0] ?? 0;
    sentBytes += fields[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}

/** What a process holds in memory; null if there is no such process, or no /proc. */
export function readResidentBytes(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readKernelFile(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** MemAvailable of the host in bytes; null if the kernel does not report it. */
export function readMemAvailableBytes(): number | null {
  return parseKeyed(readKernelFile('/proc/meminfo') ?? '').get('MemAvailable') ?? null;
}
