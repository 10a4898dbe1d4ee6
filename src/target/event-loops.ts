import { listDescriptors, readEpollTargets, readProcLink } from './proc.ts';

/** An event loop of libuv, as its epoll descriptor shows it. */
export interface EventLoop {
  /** Inodes of all that it watches. */
  readonly inodes: ReadonlySet<string>;
}

/**
 * The event loops of a Node process, in the order in which they were made: that of the platform, that of the main
 * thread, then those of an inspector and of worker threads (so on Node 18 to 26). Null where they cannot be seen.
 */
export function eventLoopsOf(pid: number): EventLoop[] | null {
  const epolls = listDescriptors(pid)
    ?.filter((fd) => readProcLink(pid, `fd/${fd}`) === 'anon_inode:[eventpoll]')
    .sort((a, b) => a - b);
  const loops = epolls
    ?.map((fd) => readEpollTargets(pid, fd))
    // Each loop is woken by an eventfd; Node makes one more epoll descriptor, which watches nothing.
    .filter((targets) => targets.some(({ fd }) => readProcLink(pid, `fd/${fd}`) === 'anon_inode:[eventfd]'))
    .map((targets) => ({ inodes: new Set(targets.map(({ inode }) => inode)) }));
  return loops && loops.length > 0 ? loops : null;
}

const PLATFORM_AND_MAIN = 2;

/**
 * Whether a socket that a process listens on may be its inspector, which has a thread and a loop of its own. To ask any
 * other would be a request to the service, and a server that speaks no HTTP may well fall over one. `true` where the
 * loops cannot be seen: nothing speaks against it.
 */
export function mayBeInspector(loops: readonly EventLoop[] | null, inode: string): boolean {
  // -1, in no loop: not yet, or no longer.
  return loops === null || loops.findIndex(({ inodes }) => inodes.has(inode)) >= PLATFORM_AND_MAIN;
}
