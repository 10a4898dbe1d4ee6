import { constants } from 'node:fs';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { DescriptorGroup } from '../model/run-event.ts';
import { listDescriptors, readProcLink } from '../target/proc.ts';
import { readKernelFile } from './proc-files.ts';
import { readSocketPeers } from './socket-peers.ts';

type DescriptorKind = DescriptorGroup['kind'];

/** Reading one link takes some 2 us: with more descriptors than this, an even sample represents all. */
const MAX_LINKS = 2000;

/** Numbers of descriptors by what they point to. Null when the folder cannot be read (another user's process, or gone). */
export function countDescriptors(pid: number): Partial<Record<MetricName, number>> | null {
  const names = listDescriptors(pid);
  if (names === null) return null;
  const counts: Record<DescriptorKind, number> = { file: 0, socket: 0, pipe: 0, anon: 0, other: 0 };
  const sample = thin(names, MAX_LINKS);
  let seen = 0;
  for (const name of sample) {
    const link = readProcLink(pid, `fd/${name}`);
    if (link === null) continue;
    counts[kindOf(pid, name, link)] += 1;
    seen += 1;
  }
  const scale = seen > 0 ? names.length / seen : 0;
  const values: Partial<Record<MetricName, number>> = { 'process.fds': names.length };
  for (const kind of Object.keys(counts) as DescriptorKind[]) {
    values[`process.fds.${kind}`] = Math.round(counts[kind] * scale);
  }
  return values;
}

/** What most descriptors point to, largest group first; for a finding, not for every tick. */
export function topDescriptors(pid: number, limit = 10): DescriptorGroup[] {
  const names = listDescriptors(pid) ?? [];
  const peers = readSocketPeers(pid);
  const sample = thin(names, 5 * MAX_LINKS);
  const groups = new Map<string, { kind: DescriptorKind; pattern: string; count: number }>();
  for (const name of sample) {
    const link = readProcLink(pid, `fd/${name}`);
    if (link === null) continue;
    const kind = kindOf(pid, name, link);
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    const pattern = inode ? (peers.get(inode) ?? 'socket (local or not TCP)') : collapseNumbers(link);
    const group = groups.get(`${kind} ${pattern}`) ?? { kind, pattern, count: 0 };
    group.count += 1;
    groups.set(`${kind} ${pattern}`, group);
  }
  const scale = sample.length > 0 ? names.length / sample.length : 0;
  return [...groups.values()]
    .sort((a, b) => b.count - a.count || a.pattern.localeCompare(b.pattern))
    .slice(0, limit)
    .map((group) => ({ ...group, count: Math.round(group.count * scale) }));
}

/** `/tmp/f-123-9c0a41e2.log` becomes `/tmp/f-*-*.log`: UUIDs, hexadecimal words that hold a digit, and numbers. */
export function collapseNumbers(path: string): string {
  return path
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '*')
    .replace(/(?<![a-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{6,}(?![a-z0-9])/gi, '*')
    .replace(/\d+/g, '*');
}

function kindOf(pid: number, name: number, link: string): DescriptorKind {
  if (link.startsWith('socket:')) return 'socket';
  if (link.startsWith('pipe:')) return 'pipe';
  if (link.startsWith('anon_inode:') || link.startsWith('/memfd:')) return 'anon';
  if (!link.startsWith('/') || link.startsWith('/dev/')) return 'other';
  return isDirectory(pid, name) ? 'other' : 'file';
}

/** By the flags it was opened with: asking the file system instead could hang on a dead network mount. */
function isDirectory(pid: number, name: number): boolean {
  const flags = /^flags:\s+([0-7]+)$/m.exec(readKernelFile(`/proc/${pid}/fdinfo/${name}`) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & constants.O_DIRECTORY) !== 0;
}

/** At most `max` items, evenly spread. */
function thin<T>(items: readonly T[], max: number): readonly T[] {
  if (items.length <= max) return items;
  const step = items.length / max;
  return Array.from({ length: max }, (_, i) => items[Math.floor(i * step)] as T);
}
