import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import type { Milliseconds } from '../model/units.ts';
import { LOAD_AGENT } from './agent-door.ts';
import { assessAttach } from './attach-checks.ts';
import { newInspectorSockets, openBefore } from './event-loops.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { isLoopback, pidsHolding, socketsInNamespaceOf } from './listening-sockets.ts';
import { containsNode } from './node-binary.ts';
import { markOpening, removeMark } from './opening-mark.ts';
import { poll } from './poll.ts';
import { candidateSockets, type OpenInspector, probeSockets } from './probe-inspector.ts';
import { listChildren, readArguments, readStat, readWaitChannel } from './proc.ts';
import { isSameProcess, type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { redactCommandLine } from './redact-command-line.ts';
import { listensToSigusr1 } from './signal-listener.ts';
import { startClosingHelper } from './start-closing-helper.ts';

const OPEN_DEADLINE_MS = 5_000;
const BOOT_DEADLINE_MS = 5_000;
const PORT_DEADLINE_MS = 2_000;

export interface OpenOptions {
  readonly deadlineMs?: Milliseconds;
  readonly readListener?: (pid: number) => boolean | null;
}

/**
 * Makes the target open its inspector: SIGUSR1, then waits for a new listening socket that answers as one. Everything
 * that could harm the target is checked before the signal. Throws a ProfilerError (exit 3) that says why none opened.
 */
export async function openInspector(
  facts: ProcessFacts,
  { deadlineMs = OPEN_DEADLINE_MS, readListener = listensToSigusr1 }: OpenOptions = {},
): Promise<{ readonly inspector: OpenInspector; readonly opened: boolean }> {
  await assertMaySignal(facts);
  const listens = readListener(facts.pid);
  if (listens) throw listensItself(facts.pid);
  const port = inspectorPortOf(facts);
  await assertPortFree(port, facts.pid);
  if (port !== 0 && portOwner(port)?.pid === facts.pid) {
    // An inspector on a host so busy that it has not answered yet; or a server of the service, which is not asked for long.
    const inspector = await poll(() => probeSockets(candidateSockets(facts.pid)), PORT_DEADLINE_MS);
    if (inspector) return { inspector, opened: false };
    throw holdsPortItself(port, facts.pid);
  }

  const before = openBefore(facts.pid);
  markOpening(facts);
  signal(facts);
  const opened = await poll(() => probeSockets(newInspectorSockets(facts.pid, before)), deadlineMs);
  if (opened) return { inspector: opened, opened: true };
  // It may have been open before, on a port that was not worth asking unasked: now all of them are asked.
  const inspector = await probeSockets(candidateSockets(facts.pid));
  if (inspector) return { inspector, opened: false };
  const error = whyClosed(facts, { port, deadlineMs, listens });
  // A blocked one will open it later, by our signal: the mark stays for the process that has to close it then.
  if (error.code !== 'target-blocked') removeMark(facts);
  throw error;
}

/** Throws unless the signal is safe now. Waits for a process that is just starting to be ready for it. */
async function assertMaySignal(facts: ProcessFacts): Promise<void> {
  const refusal = await poll(() => {
    const now = readProcessFacts(facts.pid);
    if (!now || now.startTicks !== facts.startTicks) throw targetGone(facts.pid);
    const error = assessAttach(now);
    return error?.code === 'target-booting' ? null : (error ?? 'none');
  }, BOOT_DEADLINE_MS);
  if (refusal instanceof ProfilerError) throw refusal;
  if (refusal === null || !containsNode(facts.pid)) {
    throw new ProfilerError(
      'target-not-node',
      EXIT.attachFailed,
      `The program of process ${facts.pid} is not a Node with inspector, or does not handle SIGUSR1. No signal was sent.`,
      'Give the pid of the Node process itself, or start it with --inspect=127.0.0.1:0.',
    );
  }
}

/** The program has a listener of its own: seen before the signal. */
export function listensItself(pid: number): ProfilerError {
  return new ProfilerError(
    'target-sigusr1-handled',
    EXIT.attachFailed,
    `Process ${pid} has a SIGUSR1 handler of its own. The signal would run that handler and open no inspector, so it was not sent.`,
    `Remove process.on("SIGUSR1") from the service, or start it with --inspect=127.0.0.1:0 and use --inspect. ${LOAD_AGENT}`,
  );
}

/** Another tool may just be passing through the port, so it gets a moment. */
async function assertPortFree(port: number, pid: number): Promise<void> {
  const isFree = (): true | null => {
    const owner = port === 0 ? null : portOwner(port);
    return owner === null || owner.pid === pid ? true : null;
  };
  if (!(await poll(isFree, PORT_DEADLINE_MS, 100))) throw portTaken(port, portOwner(port)?.pid ?? null, pid);
}

function signal(facts: ProcessFacts): void {
  if (!isSameProcess(facts)) throw targetGone(facts.pid);
  try {
    process.kill(facts.pid, 'SIGUSR1');
  } catch (error) {
    throw new ProfilerError(
      'signal-refused',
      EXIT.attachFailed,
      `SIGUSR1 could not be sent to ${facts.pid}: ${(error as Error).message}.`,
      'Run the profiler as the user of the target, or as root.',
      { cause: error },
    );
  }
}

/**
 * The process that listens on the loopback port that the inspector would need; null if there is none. The pid is null if it
 * is not visible.
 */
export function portOwner(port: number): { readonly pid: number | null } | null {
  const socket = socketsInNamespaceOf('self').find(
    ({ address, port: other }) => other === port && (isLoopback(address) || address === '0.0.0.0' || address === '::'),
  );
  if (!socket) return null;
  return { pid: pidsHolding([socket])[0] ?? null };
}

function portTaken(port: number, owner: number | null, pid: number): ProfilerError {
  return new ProfilerError(
    'inspector-port-taken',
    EXIT.attachFailed,
    `The inspector of ${pid} would open on port ${port}, which ${owner ? `pid ${owner}` : 'another process'} holds.`,
    `If it was left open by accident: profiler detach --pid ${owner ?? 'PID'} (with --force if a debugger left it). If it was started with --inspect: give that one --inspect=0, or start the target with --inspect-port=0.`,
  );
}

function holdsPortItself(port: number, pid: number): ProfilerError {
  return new ProfilerError(
    'inspector-port-taken',
    EXIT.attachFailed,
    `Process ${pid} itself listens on port ${port}, where its inspector would open, so no signal was sent.`,
    'Start it with --inspect-port=0, or let it listen on another port. If that is an inspector which does not tell its address, name it: --inspect ws://HOST:PORT/ID',
  );
}

export function targetGone(pid: number): ProfilerError {
  return new ProfilerError(
    'target-gone',
    EXIT.attachFailed,
    `Process ${pid} has ended, or its pid now belongs to another process.`,
    'Find its new pid: `profiler soak` without a target lists the Node processes; --port follows the service.',
  );
}

/** Only its parent learns whether the signal was the cause. */
function endedAfterSignal(pid: number): ProfilerError {
  return new ProfilerError(
    'target-ended-by-signal',
    EXIT.attachFailed,
    `Process ${pid} ended right after this tool sent it SIGUSR1 to open its inspector. Probably it handles that signal itself, or Node had no descriptor or thread left for an inspector. Its log may say why.`,
    'Look for SIGUSR1 in its code before you try again. Or start the service with --inspect=127.0.0.1:0 and use --inspect.',
  );
}

function whoCloses(facts: ProcessFacts): string {
  const helper = startClosingHelper(facts);
  return helper === null
    ? `Nobody closes it then but you: profiler detach --pid ${facts.pid}`
    : `Until then process ${helper} of this tool waits, up to 15 minutes, to close it; later on: profiler detach --pid ${facts.pid}`;
}

/** The signal was taken and no port opened: says which of the known reasons fits what can be seen. */
function whyClosed(
  facts: ProcessFacts,
  {
    port,
    deadlineMs,
    listens,
  }: { readonly port: number; readonly deadlineMs: Milliseconds; readonly listens: boolean | null },
): ProfilerError {
  const { pid } = facts;
  const stat = readStat(pid);
  if (!stat || stat.startTicks !== facts.startTicks) return endedAfterSignal(pid);
  const owner = portOwner(port);
  if (owner && owner.pid !== pid) return portTaken(port, owner.pid, pid);

  const seconds = deadlineMs / 1000;
  const waitsFor = readWaitChannel(pid);
  const isIdle = stat.state === 'S' && waitsFor !== null && /epoll|ep_poll/.test(waitsFor);
  const children = listChildren(pid).map(
    (child) => `${child} (${printable(redactCommandLine(readArguments(child)).slice(0, 2).join(' '))})`,
  );
  if (isIdle && children.length === 0 && listens === null) {
    return new ProfilerError(
      'target-sigusr1-handled',
      EXIT.attachFailed,
      `Process ${pid} received SIGUSR1 and is idle, but opened no inspector within ${seconds} s: it has a handler of its own for that signal.`,
      `Its handler has run. Remove process.on("SIGUSR1") from the service, or start it with --inspect=127.0.0.1:0 and use --inspect. ${LOAD_AGENT}`,
    );
  }
  const evidence = [
    `state ${stat.state}`,
    ...(waitsFor ? [`waiting in ${waitsFor}`] : []),
    ...(children.length > 0 ? [`child processes ${children.join(', ')}`] : []),
  ].join(', ');
  return new ProfilerError(
    'target-blocked',
    EXIT.attachFailed,
    `Process ${pid} received SIGUSR1 but opened no inspector within ${seconds} s (${evidence}): its main thread is blocked in a native call (execSync, synchronous IO)${listens === null ? ', or it handles that signal itself' : ''}.`,
    `A blocked process opens its inspector when the call returns: try again then. ${whoCloses(facts)}`,
  );
}
