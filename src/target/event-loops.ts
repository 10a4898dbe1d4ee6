import { type ListeningSocket, listeningAmong, socketsInNamespaceOf } from './listening-sockets.ts';
import { openDescriptors } from './open-descriptors.ts';
import { readEpollTargets } from './proc.ts';

// An inspector has a thread, an event loop and a listening socket of its own. By the loop it is distinguished from the
// servers of the service: to ask one of those whether it is an inspector would be a request to the service, and a server
// that speaks no HTTP may well fall over one.

/** What was open before an inspector opens. */
export interface OpenBefore {
  readonly sockets: ReadonlySet<string>;
  readonly epolls: ReadonlySet<number>;
}

/** `inspectorPort`: of an inspector that is about to move; its loop goes with it, and a new one may get its number. */
export function openBefore(pid: number, inspectorPort: number | null = null): OpenBefore {
  const open = openDescriptors(pid);
  if (open === null)
    return { sockets: new Set(socketsInNamespaceOf(pid).map(({ inode }) => inode)), epolls: new Set() };
  const leaving = listeningAmong(pid, open.sockets).find(({ port }) => port === inspectorPort)?.inode;
  const isLeaving = (fd: number): boolean =>
    leaving !== undefined && readEpollTargets(pid, fd).some(({ inode }) => inode === leaving);
  return { sockets: open.sockets, epolls: new Set(open.epolls.filter((fd) => !isLeaving(fd))) };
}

/** Sockets that listen since then, in a loop that was not there before. */
export function newInspectorSockets(pid: number, before: OpenBefore): readonly ListeningSocket[] {
  const open = openDescriptors(pid);
  const listening = open === null ? socketsInNamespaceOf(pid) : listeningAmong(pid, open.sockets);
  const fresh = listening.filter(({ inode }) => !before.sockets.has(inode));
  if (open === null || fresh.length === 0 || !kernelTellsTargets()) return fresh;
  // Those of the service are not read: a loop with thousands of connections is locked meanwhile.
  const loops = open.epolls.filter((fd) => !before.epolls.has(fd));
  const watched = new Set(loops.flatMap((fd) => readEpollTargets(pid, fd).map(({ inode }) => inode)));
  return fresh.filter(({ inode }) => watched.has(inode));
}

/**
 * Sockets of an inspector that may have been open for long: those in a loop other than Node's own two. Node makes the loop
 * of its platform, which never watches a socket, and then that of the main thread, both while it starts, so with low
 * numbers. An inspector has a higher one, or a lower one that became free (then the first loop does watch a socket).
 * A worker thread that listens is not told from it. Null if the descriptors may not be read.
 */
export function inspectorLikeSockets(pid: number): readonly ListeningSocket[] | null {
  const open = openDescriptors(pid);
  if (open === null) return null;
  const listening = listeningAmong(pid, open.sockets);
  if (!kernelTellsTargets()) return listening;
  const loops = open.epolls
    .map((fd) => readEpollTargets(pid, fd))
    // Each loop is woken by an eventfd; Node makes one more epoll descriptor, which watches nothing.
    .filter((targets) => targets.some(({ fd }) => open.eventfds.has(fd)))
    .map((targets) => new Set(targets.map(({ inode }) => inode)));
  const [first] = loops;
  if (!first) return [];
  const isBeforeBoth = [...first].some((inode) => open.sockets.has(inode));
  const others = loops.filter((_, at) => (isBeforeBoth ? at !== 1 && at !== 2 : at > 1));
  return listening.filter(({ inode }) => others.some((loop) => loop.has(inode)));
}

/** Old kernels and some sandboxes do not say what an epoll descriptor watches: this process has some that do. */
function kernelTellsTargets(): boolean {
  const own = openDescriptors(process.pid)?.epolls ?? [];
  return own.length === 0 || own.some((fd) => readEpollTargets(process.pid, fd).length > 0);
}
