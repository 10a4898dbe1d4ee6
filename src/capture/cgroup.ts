import { dirname, join, posix } from 'node:path';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Bytes } from '../model/units.ts';
import { parseKeyed, readKernelFile } from './proc-files.ts';

/** Folders of a process's control group, as seen from here; null if a controller is not to be found. */
export interface CgroupFolders {
  readonly memory: CgroupFolder | null;
  readonly cpu: CgroupFolder | null;
}

export interface CgroupFolder {
  readonly version: 1 | 2;
  readonly path: string;
  /** Top of the visible hierarchy: no limit is looked for above it. */
  readonly mountPoint: string;
}

interface Mount {
  readonly version: 1 | 2;
  readonly root: string;
  readonly mountPoint: string;
  readonly controllers: readonly string[];
}

/** A v1 controller without a limit reports a number close to 2^63; no host has 2^60 bytes. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Finds the control group of a process: version 1 if the memory controller lives there (hybrid hosts), else 2. */
export function findCgroup(pid: number): CgroupFolders {
  const membership = readKernelFile(`/proc/${pid}/cgroup`) ?? '';
  const mounts = parseCgroupMounts(readKernelFile('/proc/self/mountinfo') ?? '');
  return { memory: findFolder(membership, mounts, 'memory'), cpu: findFolder(membership, mounts, 'cpu') };
}

function findFolder(membership: string, mounts: readonly Mount[], controller: string): CgroupFolder | null {
  const lines = membership.split('\n').map((line) => line.split(':'));
  const v1 = lines.find(([, names]) => names?.split(',').includes(controller));
  const v2 = lines.find(([hierarchy, names]) => hierarchy === '0' && names === '');
  for (const [version, line] of [
    [1, v1],
    [2, v2],
  ] as const) {
    const mount = mounts.find((m) => m.version === version && (version === 2 || m.controllers.includes(controller)));
    if (!line || !mount) continue;
    return { version, path: locate(mount, line.slice(2).join(':')), mountPoint: mount.mountPoint };
  }
  return null;
}

/** Inside a container the mount shows only a part of the hierarchy: the group's path counts from that part's root. */
function locate(mount: Mount, groupPath: string): string {
  const inside = posix.relative(mount.root, groupPath);
  return inside.startsWith('..') ? mount.mountPoint : join(mount.mountPoint, inside);
}

/** Lines of mountinfo: `36 35 0:31 /root /mount/point options - type source superOptions`. */
function parseCgroupMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [head = '', tail = ''] = line.split(' - ');
    const [type, , options = ''] = tail.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const [, , , root = '/', mountPoint = ''] = head.split(' ');
    mounts.push({ version: type === 'cgroup2' ? 2 : 1, root, mountPoint, controllers: options.split(',') });
  }
  return mounts;
}

/** Memory, its limit, kills for lack of it, and throttling. What the host does not report is absent. */
export function readCgroup({ memory, cpu }: CgroupFolders): Partial<Record<MetricName, number>> {
  const values: Partial<Record<MetricName, number>> = {};
  if (memory) {
    const current = readNumber(memory.path, memory.version === 2 ? 'memory.current' : 'memory.usage_in_bytes');
    const stat = parseKeyed(readKernelFile(join(memory.path, 'memory.stat')) ?? '');
    // Unused page cache is released before a process is killed, so it is not growth of the service.
    const idleCache = stat.get(memory.version === 2 ? 'inactive_file' : 'total_inactive_file') ?? 0;
    if (current !== null) values['cgroup.memory.current'] = Math.max(0, current - idleCache);
    const limit = memory.version === 2 ? lowestLimit(memory) : (stat.get('hierarchical_memory_limit') ?? null);
    if (limit !== null && limit < NO_LIMIT_BYTES) values['cgroup.memory.limit'] = limit;
    const events = readKernelFile(join(memory.path, memory.version === 2 ? 'memory.events' : 'memory.oom_control'));
    const kills = parseKeyed(events ?? '').get('oom_kill');
    if (kills !== undefined) values['cgroup.memory.oom-kills'] = kills;
  }
  const cpuStat = cpu && parseKeyed(readKernelFile(join(cpu.path, 'cpu.stat')) ?? '');
  // Version 2 counts microseconds, version 1 nanoseconds.
  const throttledMs =
    cpu?.version === 2
      ? (cpuStat?.get('throttled_usec') ?? Number.NaN) / 1e3
      : (cpuStat?.get('throttled_time') ?? Number.NaN) / 1e6;
  if (Number.isFinite(throttledMs)) values['cgroup.cpu.throttled'] = throttledMs;
  return values;
}

/** A group of the hierarchy that limits memory. */
export interface MemoryLevel {
  readonly path: string;
  readonly limitBytes: Bytes;
  /** Without the page cache that can be given back. */
  readonly usedBytes: Bytes;
}

/** The group of a process and every group above that has a limit, as far as they can be seen from here. */
export function readMemoryLevels(folder: CgroupFolder): MemoryLevel[] {
  const levels: MemoryLevel[] = [];
  for (let path = folder.path; path.startsWith(folder.mountPoint); path = dirname(path)) {
    const level = readMemoryLevel(path, folder.version);
    if (level) levels.push(level);
    if (path === folder.mountPoint) break;
  }
  return levels;
}

function readMemoryLevel(path: string, version: 1 | 2): MemoryLevel | null {
  const [limitFiles, currentFile, prefix] =
    version === 2
      ? // Beyond `high` no process is killed, but all are paused for reclaiming.
        ([['memory.max', 'memory.high'], 'memory.current', ''] as const)
      : ([['memory.limit_in_bytes'], 'memory.usage_in_bytes', 'total_'] as const);
  const limits = limitFiles.flatMap((file) => readNumber(path, file) ?? []).filter((limit) => limit < NO_LIMIT_BYTES);
  const current = readNumber(path, currentFile);
  if (limits.length === 0 || current === null) return null;
  const stat = parseKeyed(readKernelFile(join(path, 'memory.stat')) ?? '');
  const of = (name: string): Bytes => stat.get(`${prefix}${name}`) ?? 0;
  const [dirty, writeback, mapped] =
    version === 2 ? ['file_dirty', 'file_writeback', 'file_mapped'] : ['dirty', 'writeback', 'mapped_file'];
  // What is mapped is mostly the program itself; what is not on the disk yet cannot be dropped.
  const kept = of(dirty) + of(writeback) + of(mapped);
  const reclaimable = Math.max(0, of('inactive_file') + of('active_file') - kept) + of('slab_reclaimable');
  return { path, limitBytes: Math.min(...limits), usedBytes: Math.max(0, current - reclaimable) };
}

/** How many cores the group of a process, or one above it, may use; null if none is limited. */
export function readCpuQuota({ path, version, mountPoint }: CgroupFolder): number | null {
  let least: number | null = null;
  for (let folder = path; folder.startsWith(mountPoint); folder = dirname(folder)) {
    const [quota, period] =
      version === 2
        ? (readKernelFile(join(folder, 'cpu.max')) ?? '').trim().split(' ').map(Number)
        : [readNumber(folder, 'cpu.cfs_quota_us') ?? Number.NaN, readNumber(folder, 'cpu.cfs_period_us') ?? Number.NaN];
    const cores = (quota ?? Number.NaN) / (period ?? Number.NaN);
    if (cores > 0 && (least === null || cores < least)) least = cores;
    if (folder === mountPoint) break;
  }
  return least;
}

/** In version 2 the limit of any group above holds too. */
function lowestLimit({ path, mountPoint }: CgroupFolder): Bytes | null {
  let lowest: Bytes | null = null;
  for (let folder = path; folder.startsWith(mountPoint); folder = dirname(folder)) {
    const limit = readNumber(folder, 'memory.max');
    if (limit !== null && (lowest === null || limit < lowest)) lowest = limit;
    if (folder === mountPoint) break;
  }
  return lowest;
}

/** `max` and other words are no number. */
function readNumber(folder: string, file: string): number | null {
  const text = readKernelFile(join(folder, file))?.trim();
  return text && /^\d+$/.test(text) ? Number(text) : null;
}
