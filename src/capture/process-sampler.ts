import type { Clock } from '../model/clock.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { DescriptorGroup } from '../model/run-event.ts';
import type { Milliseconds } from '../model/units.ts';
import { hasProc, ticksSinceBoot } from '../target/proc.ts';
import { OomWatch } from './cause-of-death.ts';
import { type CgroupFolders, findCgroup, readCgroup } from './cgroup.ts';
import { countDescriptors, topDescriptors } from './count-descriptors.ts';
import { CpuUsage } from './cpu-usage.ts';
import { parseKeyed, parseNetDev, parseProcStat, readKernelFile } from './proc-files.ts';

type ProcessValues = Partial<Record<MetricName, number>>;

export type ProcessReading =
  | { readonly alive: true; readonly values: ProcessValues }
  /** `reused`: the number belongs to another process now. */
  | { readonly alive: false; readonly reason: 'exited' | 'reused' };

interface ProcessSamplerOptions {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat when the target was found; 0 if the platform has none. */
  readonly startTicks: number;
  readonly intervalMs: Milliseconds;
  readonly clock: Clock;
}

/** smaps_rollup walks all pages of the target (0.7 ms and more, holding its memory map): only every tenth tick. */
const SMAPS_EVERY = 10;

/**
 * A process from outside: CPU and resident memory by pidusage, the rest from /proc and the control group where there
 * is one (Linux). What cannot be read is absent, and named in `unreadable`.
 */
export class ProcessSampler {
  readonly #options: ProcessSamplerOptions;
  readonly #usage: CpuUsage;
  readonly #cgroup: CgroupFolders | null;
  readonly #oom: OomWatch | null;
  readonly #hasProc: boolean;
  readonly #unreadable = new Set<string>();
  #samples = 0;
  #lastSeenTicks: number | null = null;

  constructor(options: ProcessSamplerOptions) {
    this.#options = options;
    this.#usage = new CpuUsage(options.pid, options.intervalMs, options.clock);
    this.#hasProc = hasProc();
    this.#cgroup = this.#hasProc ? findCgroup(options.pid) : null;
    this.#oom = this.#cgroup && new OomWatch(this.#cgroup);
  }

  /** Files of /proc that were refused so far: the values from them are missing. */
  get unreadable(): readonly string[] {
    return [...this.#unreadable];
  }

  /** Clock ticks since boot when the process was seen alive last; null if there is no /proc, or before the first sample. */
  get lastSeenTicks(): number | null {
    return this.#lastSeenTicks;
  }

  /** Why the process is gone, in words that follow on its number; null if the host does not say. */
  causeOfDeath(): string | null {
    return this.#oom?.cause(this.#options.clock.monoMs()) ?? null;
  }

  async sample(): Promise<ProcessReading> {
    const before = this.#checkIdentity();
    if (before !== null) return before;
    const usage = await this.#usage.read();
    // pidusage waits in between: ask again whose number it is before believing its figures or its "not found".
    const after = this.#checkIdentity();
    if (after !== null) return after;
    const values: ProcessValues = {};
    if (usage.state === 'ok') {
      if (usage.cpuPercent !== null) values['process.cpu'] = usage.cpuPercent;
      values['process.rss'] = usage.rssBytes;
    } else if (!this.#hasProc) {
      return { alive: false, reason: 'exited' };
    } else if (usage.state === 'not-found') {
      this.#usage.rest();
    }
    if (this.#hasProc) this.#readProc(values);
    this.#oom?.look(this.#options.clock.monoMs());
    this.#samples += 1;
    return { alive: true, values };
  }

  /** What most descriptors point to. */
  topDescriptors(limit?: number): DescriptorGroup[] {
    if (!this.#hasProc) return [];
    return topDescriptors(this.#options.pid, limit);
  }

  #checkIdentity(): ProcessReading | null {
    if (!this.#hasProc) return null;
    const stat = parseProcStat(readKernelFile(`/proc/${this.#options.pid}/stat`) ?? '');
    if (stat === null || stat.state === 'Z' || stat.state === 'X') return { alive: false, reason: 'exited' };
    const { startTicks } = this.#options;
    if (startTicks !== 0 && stat.startTicks !== startTicks) return { alive: false, reason: 'reused' };
    this.#lastSeenTicks = ticksSinceBoot();
    return null;
  }

  #readProc(values: ProcessValues): void {
    const status = this.#read('status', parseKeyed);
    set(values, 'process.threads', status?.get('Threads'));
    set(values, 'process.swap', status?.get('VmSwap'));
    if (values['process.rss'] === undefined) set(values, 'process.rss', status?.get('VmRSS'));
    set(values, 'process.ctxt.voluntary', status?.get('voluntary_ctxt_switches'));
    set(values, 'process.ctxt.involuntary', status?.get('nonvoluntary_ctxt_switches'));
    const io = this.#read('io', parseKeyed);
    set(values, 'process.io.read', io?.get('read_bytes'));
    set(values, 'process.io.write', io?.get('write_bytes'));
    const network = this.#read('net/dev', parseNetDev);
    set(values, 'network.received', network?.receivedBytes);
    set(values, 'network.sent', network?.sentBytes);
    // schedstat: nanoseconds on a core, nanoseconds waiting for one, time slices.
    const runDelayNs = this.#read('schedstat', (text) => Number(text.split(' ')[1]));
    set(values, 'process.run-delay', runDelayNs === undefined ? undefined : runDelayNs / 1e6);
    if (this.#samples % SMAPS_EVERY === 0) {
      const smaps = this.#read('smaps_rollup', parseKeyed);
      set(values, 'process.pss', smaps?.get('Pss'));
      const clean = smaps?.get('Private_Clean');
      set(values, 'process.fds.limit', this.#read('limits', readOpenFiles));
      set(values, 'process.private', clean === undefined ? undefined : clean + (smaps?.get('Private_Dirty') ?? 0));
    }
    const descriptors = countDescriptors(this.#options.pid);
    if (descriptors === null) this.#unreadable.add('fd');
    Object.assign(values, descriptors, this.#cgroup && readCgroup(this.#cgroup));
  }

  #read<T>(file: string, parse: (text: string) => T): T | undefined {
    const text = readKernelFile(`/proc/${this.#options.pid}/${file}`);
    if (text === null || text === '') {
      this.#unreadable.add(file);
      return undefined;
    }
    return parse(text);
  }
}

/** The soft limit, at which opening fails. */
function readOpenFiles(limits: string): number {
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
}

function set(values: ProcessValues, name: MetricName, value: number | undefined): void {
  if (value !== undefined && Number.isFinite(value)) values[name] = value;
}
