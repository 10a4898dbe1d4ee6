import { type ChildProcess, spawn } from 'node:child_process';
import { startAsOthersAre } from '../files/oom-score.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Milliseconds } from '../model/units.ts';
import { poll } from './poll.ts';
import { listChildren, readStat } from './proc.ts';
import { endText, type ProcessEnd } from './process-end.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { redactCommandLine } from './redact-command-line.ts';

const READY_DEADLINE_MS = 30_000;
/** A program that has not begun to listen after this long is taken as one that never will: a worker, a script. */
const LISTEN_DEADLINE_MS = 5_000;
const STOP_DEADLINE_MS = 10_000;

/** Launchers that are Node programs themselves, but not the service. */
const LAUNCHER = /[/\\](npm|npx|yarn|pnpm|corepack|nodemon|tsx)(-cli)?(\.[cm]?js)?$/;

type Identity = Pick<TargetFacts, 'pid' | 'startTicks'>;

export interface StartedCommand {
  /** The Node process that serves: the command itself, or below `npm`, a shell or another launcher. */
  readonly facts: ProcessFacts;
  /** The process of the command itself, perhaps a launcher: whatever comes back comes below it. */
  readonly root: Identity;
  /** Settles when the command has ended. */
  readonly ended: Promise<ProcessEnd>;
  /** SIGTERM to the command and all it started, SIGKILL after 10 s, or sooner. */
  readonly stop: StopCommand;
}

export type StopCommand = (options?: { readonly patienceMs?: Milliseconds }) => Promise<void>;

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Descriptor that takes what the command prints; our stderr by default, since stdout is for results. */
  readonly outputFd?: number;
  readonly readyDeadlineMs?: Milliseconds;
  /** Gives up the waiting: what was started is stopped, and a ProfilerError says so (exit 130). */
  readonly signal?: AbortSignal;
  /** Called when there is something to stop, long before it is ready. */
  readonly onSpawn?: (stop: StopCommand) => void;
}

/**
 * Starts a command in a process group of its own (so that Ctrl-C reaches us alone) and waits until its Node process is
 * ready to be attached to. Throws a ProfilerError: exit 2 when there is no such program, 3 when no Node comes up in it.
 */
export async function startCommand(argv: readonly string[], options: StartOptions = {}): Promise<StartedCommand> {
  const { outputFd = 2, readyDeadlineMs = READY_DEADLINE_MS } = options;
  const [program = '', ...parameters] = argv;
  const child = startAsOthersAre(() =>
    spawn(program, parameters, {
      detached: true,
      stdio: ['ignore', outputFd, outputFd],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
    }),
  );
  await spawned(child, program);
  const pid = child.pid ?? 0;
  const root = { pid, startTicks: readStat(pid)?.startTicks ?? 0 };
  let end: ProcessEnd | null = null;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      end = signal ? { by: 'signal', signal } : { by: 'exit', code: code ?? 0 };
      resolve(end);
    });
  });
  const stop: StopCommand = ({ patienceMs = STOP_DEADLINE_MS } = {}) => stopGroup(root, ended, patienceMs);
  options.onSpawn?.(stop);

  const startMs = performance.now();
  const isOver = (): boolean => end !== null || options.signal?.aborted === true;
  const found = await poll(
    () => (isOver() ? { facts: null } : withFacts(readyNode(child, performance.now() - startMs))),
    readyDeadlineMs,
    50,
  );
  if (found?.facts) return { facts: found.facts, root, ended, stop };
  // An end by `stop` is not an end of the command on its own.
  const ownEnd = end as ProcessEnd | null;
  await stop();
  const shown = redactCommandLine(argv).join(' ');
  if (options.signal?.aborted) {
    const message = `Stopped before "${shown}" was ready.`;
    throw new ProfilerError('stopped', EXIT.stoppedByUser, message, 'The started command was stopped too.');
  }
  throw new ProfilerError(
    'command-not-ready',
    EXIT.attachFailed,
    ownEnd === null
      ? `"${shown}" started no Node process that can be attached to within ${readyDeadlineMs / 1000} s.`
      : `"${shown}" ended with ${endText(ownEnd)} before it could be attached to.`,
    'Try the command without the profiler first. Its output is above, or in its log.',
  );
}

function withFacts(facts: ProcessFacts | null): { readonly facts: ProcessFacts } | null {
  return facts && { facts };
}

function spawned(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const message = `"${program}" could not be started: ${cause.message}.`;
      reject(
        new ProfilerError('command-not-found', EXIT.usage, message, 'Write it as in a shell: -- node server.js', {
          cause,
        }),
      );
    });
  });
}

/** The innermost Node process that is ready for SIGUSR1: one that listens at once, any after a while. */
function readyNode(child: ChildProcess, elapsedMs: Milliseconds): ProcessFacts | null {
  const nodes = innermostNodes(child.pid ?? 0).filter(({ sigusr1 }) => sigusr1 !== 'default');
  const serving = nodes.find((facts) => facts.listening !== null && facts.listening.length > 0);
  return serving ?? (elapsedMs > LISTEN_DEADLINE_MS ? (nodes[0] ?? null) : null);
}

/** A service that starts Node processes of its own (a cluster) counts by those; a launcher never counts. */
function innermostNodes(pid: number): ProcessFacts[] {
  const below = listChildren(pid).flatMap(innermostNodes);
  const facts = readProcessFacts(pid);
  const isService = facts?.isNode && !facts.commandLine.some((argument) => LAUNCHER.test(argument));
  const isPrimary = facts !== null && facts.clusterWorkers.length > 0;
  if (!facts || !isService || isPrimary) return below;
  return facts.listening?.length || below.length === 0 ? [facts, ...below] : below;
}

async function stopGroup(group: Identity, ended: Promise<ProcessEnd>, patienceMs: Milliseconds): Promise<void> {
  signalGroup(group, 'SIGTERM');
  const late = setTimeout(() => signalGroup(group, 'SIGKILL'), patienceMs);
  await ended;
  clearTimeout(late);
  // Its launcher may end before the service does.
  const empty = await poll(() => (signalGroup(group, 0) ? null : true), patienceMs, 50);
  if (!empty) signalGroup(group, 'SIGKILL');
}

/** False if no process of the group is left. Its number may belong to another group by then. */
function signalGroup({ pid, startTicks }: Identity, signal: NodeJS.Signals | 0): boolean {
  const leader = readStat(pid);
  if (pid === 0 || (leader && leader.startTicks !== startTicks)) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
