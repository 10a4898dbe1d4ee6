import { dirname, join } from 'node:path';
import type { Bytes } from '../model/units.ts';
import { formatBytes } from '../model/units.ts';
import { type CgroupFolders, readCgroup } from './cgroup.ts';
import { parseKeyed, readKernelFile } from './proc-files.ts';

const MIB = 1024 * 1024;
/** The kernel counts a kill before the process is gone: a sample in between sees the new count and the process alive. */
const KILL_TAKES_MS = 5_000;

/**
 * Whether the kernel has killed a process for lack of memory, as its control group tells: it counts such kills of its
 * own processes. The groups above are looked at too, since that of a container goes with it.
 */
export class OomWatch {
  readonly #groups: CgroupFolders;
  #kills: ReadonlyMap<string, number>;
  #limitBytes: Bytes | null = null;
  #roseMonoMs = Number.NEGATIVE_INFINITY;

  constructor(groups: CgroupFolders) {
    this.#groups = groups;
    this.#kills = this.#read();
    this.#noteLimit();
  }

  /** To be called while the process lives. */
  look(nowMonoMs: number): void {
    const now = this.#read();
    if (this.#hasRisen(now)) this.#roseMonoMs = nowMonoMs;
    this.#kills = now;
    this.#noteLimit();
  }

  /** As text, once the process is gone; null if no group reports a kill. */
  cause(nowMonoMs: number): string | null {
    if (!this.#hasRisen(this.#read()) && nowMonoMs - this.#roseMonoMs > KILL_TAKES_MS) return null;
    const limit = this.#limitBytes === null ? 'no limit of its own: the host ran out' : limitText(this.#limitBytes);
    return `was killed by the kernel for lack of memory (${limit})`;
  }

  #noteLimit(): void {
    this.#limitBytes = readCgroup({ ...this.#groups, cpu: null })['cgroup.memory.limit'] ?? this.#limitBytes;
  }

  /** The nearest group that is still there tells; in version 2 those above count the kills of those below. */
  #hasRisen(now: ReadonlyMap<string, number>): boolean {
    for (const [folder, kills] of this.#kills) {
      const count = now.get(folder);
      if (count !== undefined) return count > kills;
    }
    return false;
  }

  /** Own group first. */
  #read(): ReadonlyMap<string, number> {
    const { memory } = this.#groups;
    const kills = new Map<string, number>();
    if (memory === null) return kills;
    const file = memory.version === 2 ? 'memory.events' : 'memory.oom_control';
    for (let folder = memory.path; folder.startsWith(memory.mountPoint); folder = dirname(folder)) {
      const count = parseKeyed(readKernelFile(join(folder, file)) ?? '').get('oom_kill');
      if (count !== undefined) kills.set(folder, count);
      if (folder === memory.mountPoint) break;
    }
    return kills;
  }
}

function limitText(bytes: Bytes): string {
  return `limit ${bytes % MIB === 0 ? `${bytes / MIB} MiB` : formatBytes(bytes)}`;
}
