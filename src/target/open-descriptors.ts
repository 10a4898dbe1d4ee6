import { listDescriptors, readProcLink } from './proc.ts';

/** Open descriptors of a process of the kinds that show its sockets and event loops. */
export interface OpenDescriptors {
  /** Inodes. */
  readonly sockets: ReadonlySet<string>;
  readonly eventfds: ReadonlySet<number>;
  /** By number. */
  readonly epolls: readonly number[];
}

/** One pass over the links, which are thousands in a service with many connections. Null if they may not be read. */
export function openDescriptors(pid: number): OpenDescriptors | null {
  const descriptors = listDescriptors(pid);
  if (descriptors === null) return null;
  const sockets = new Set<string>();
  const eventfds = new Set<number>();
  const epolls: number[] = [];
  for (const fd of descriptors) {
    const link = readProcLink(pid, `fd/${fd}`) ?? '';
    if (link.startsWith('socket:[')) sockets.add(link.slice(8, -1));
    else if (link === 'anon_inode:[eventfd]') eventfds.add(fd);
    else if (link === 'anon_inode:[eventpoll]') epolls.push(fd);
  }
  return { sockets, eventfds, epolls: epolls.sort((a, b) => a - b) };
}
