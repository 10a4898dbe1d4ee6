import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { LOAD_AGENT } from './agent-door.ts';
import type { ProcessFacts } from './process-facts.ts';
import { tooFewDescriptors, tooFewThreads } from './room-for-inspector.ts';

/** A Node process catches SIGUSR1 some milliseconds after its start; before that, the signal would kill it. */
const BOOT_MS = 5_000;

/** One reason why a process might not be touched. `refuse` gives null when it does not apply. */
interface AttachCheck {
  readonly name: string;
  /** What it means that the check holds, as text. */
  readonly holds: string;
  /**
   * Needed always, to connect to an inspector, or to open one by a signal: the agent in a service needs neither of these.
   * `start`: what starts a thread in the service, a signal or its agent.
   */
  readonly neededTo: 'attach' | 'connect' | 'signal' | 'start';
  readonly refuse: (facts: ProcessFacts) => ProfilerError | null;
}

const refusal = (code: string, message: string, hint: string): ProfilerError =>
  new ProfilerError(code, EXIT.attachFailed, message, hint);

/** In the order in which they make sense to a reader: the first that refuses is the one to report. */
const ATTACH_CHECKS: readonly AttachCheck[] = [
  {
    name: 'alive',
    holds: 'the process runs',
    neededTo: 'attach',
    refuse: ({ pid, state }) =>
      state === 'Z' || state === 'X'
        ? refusal(
            'target-zombie',
            `Process ${pid} has ended already (a zombie that its parent has not collected).`,
            'Start the service again and give its new pid.',
          )
        : null,
  },
  {
    name: 'user',
    holds: 'same user as this tool, or root',
    neededTo: 'attach',
    refuse: ({ pid, uid }) => {
      const own = process.geteuid?.() ?? uid;
      return own === 0 || own === uid
        ? null
        : refusal(
            'target-other-user',
            `Process ${pid} belongs to user ${uid}; this tool runs as user ${own}.`,
            `Run it as that user or as root: sudo -u '#${uid}' profiler ... --pid ${pid}`,
          );
    },
  },
  {
    name: 'node',
    holds: 'the program is Node',
    neededTo: 'attach',
    refuse: ({ pid, isNode, name, executable }) =>
      isNode
        ? null
        : refusal(
            'target-not-node',
            `Process ${pid} (${name}, ${executable ?? 'executable unreadable'}) is not a Node process that this tool can open; SIGUSR1 might kill it, so nothing was sent.`,
            'Give the pid of the Node process itself; `profiler soak` without a target lists those that can be seen.',
          ),
  },
  {
    name: 'network',
    holds: 'same network namespace as this tool',
    neededTo: 'connect',
    refuse: ({ pid, sameNetwork }) =>
      sameNetwork
        ? null
        : refusal(
            'target-other-network',
            `Process ${pid} is in another network namespace (a container), so its inspector could not be reached.`,
            `Run the profiler inside that container, or as root with its network: nsenter --target ${pid} --net profiler ... --pid ${pid}\n${LOAD_AGENT}`,
          ),
  },
  {
    name: 'running',
    holds: 'not stopped',
    neededTo: 'attach',
    refuse: ({ pid, state }) =>
      state === 'T' || state === 't'
        ? refusal(
            'target-stopped',
            `Process ${pid} is stopped (by SIGSTOP, Ctrl-Z or a debugger) and cannot answer.`,
            `Let it run again, then try once more: kill -CONT ${pid}`,
          )
        : null,
  },
  {
    name: 'cluster',
    holds: 'not the primary of a cluster',
    neededTo: 'signal',
    refuse: ({ pid, clusterWorkers }) =>
      clusterWorkers.length === 0
        ? null
        : refusal(
            'target-cluster-primary',
            `Process ${pid} is the primary of a cluster: it would hand the signal on to all its workers, which then fight for one port.`,
            `Choose a worker instead:\n${clusterWorkers.map((worker) => `  --pid ${worker}`).join('\n')}`,
          ),
  },
  {
    name: 'permission-model',
    holds: 'no permission model in the way',
    neededTo: 'signal',
    refuse: ({ pid, nodeFlags }) =>
      nodeFlags.some((flag) => /^--(experimental-)?permission$/.test(flag)) && !nodeFlags.includes('--allow-inspector')
        ? refusal(
            'target-permission-model',
            `Process ${pid} runs under Node's permission model, which keeps the inspector closed without a word.`,
            'Start it with --allow-inspector --allow-worker, --allow-fs-write for its temporary folder (from Node 26 on --allow-net too) and the agent (node --import soak-profiler/agent server.js) where its Node knows these options (24 and later), or without --permission for the time of the measurement.',
          )
        : null,
  },
  {
    name: 'signal-allowed',
    holds: 'not started with --disable-sigusr1',
    neededTo: 'signal',
    refuse: ({ pid, nodeFlags, sigusr1 }) =>
      nodeFlags.includes('--disable-sigusr1') || sigusr1 === 'blocked'
        ? refusal(
            'target-sigusr1-disabled',
            `Process ${pid} was started with --disable-sigusr1 (or blocks the signal), so its inspector cannot be opened from outside.`,
            `Start it without that option, or with --inspect=127.0.0.1:0. ${LOAD_AGENT}`,
          )
        : null,
  },
  {
    name: 'signal-free',
    holds: 'SIGUSR1 is not used for heap snapshots',
    neededTo: 'signal',
    refuse: ({ pid, nodeFlags }) =>
      nodeFlags.includes('--heapsnapshot-signal=SIGUSR1') || nodeFlags.includes('--report-signal=SIGUSR1')
        ? refusal(
            'target-sigusr1-taken',
            `Process ${pid} uses SIGUSR1 for something else (--heapsnapshot-signal or --report-signal).`,
            `Start it with another signal for that (--heapsnapshot-signal=SIGUSR2), or with --inspect=127.0.0.1:0. ${LOAD_AGENT}`,
          )
        : null,
  },
  {
    name: 'signal-caught',
    holds: 'SIGUSR1 is caught, so it does not end the process',
    neededTo: 'signal',
    refuse: ({ pid, sigusr1, ageMs }) => {
      if (sigusr1 === 'caught') return null;
      return ageMs < BOOT_MS
        ? refusal(
            'target-booting',
            `Process ${pid} started ${ageMs} ms ago and does not catch SIGUSR1 yet; it would be killed by it.`,
            'Try again in a few seconds.',
          )
        : refusal(
            'target-sigusr1-not-caught',
            `Process ${pid} does not catch SIGUSR1; the signal would kill it, so nothing was sent.`,
            'Its Node was probably built without the inspector. Start it with --inspect=127.0.0.1:0, or use another build.',
          );
    },
  },
  {
    name: 'descriptors-left',
    holds: 'enough open files are left for an inspector',
    neededTo: 'start',
    refuse: ({ pid }) => {
      const open = tooFewDescriptors(pid);
      return (
        open &&
        refusal(
          'target-out-of-descriptors',
          `Process ${pid} has ${open.used} of at most ${open.limit} files open: Node would abort it if none is left for the inspector, so nothing was sent.`,
          `Raise its limit while it runs: prlimit --pid ${pid} --nofile=${open.limit + 100}:  (ls -l /proc/${pid}/fd shows what it has open.)`,
        )
      );
    },
  },
  {
    name: 'threads-left',
    holds: 'enough threads are left for an inspector',
    neededTo: 'start',
    refuse: ({ pid }) => {
      const threads = tooFewThreads(pid);
      return (
        threads &&
        refusal(
          'target-out-of-threads',
          `Process ${pid} may hardly start another thread (${threads.used} of ${threads.limit} are used, by ${threads.by}): Node would abort it if none is left for the inspector, so nothing was sent.`,
          'Raise that limit (docker update --pids-limit, podPidsLimit, TasksMax, ulimit -u), or end what is not needed there.',
        )
      );
    },
  },
];

/**
 * Whether this process may be attached to: null, or the first reason against it (exit 3), with what to do instead. Only
 * looks, touches nothing. With `isOpen` no signal will be sent, since there is an inspector, or an agent.
 */
export function assessAttach(
  facts: ProcessFacts,
  { isOpen = false }: { readonly isOpen?: boolean } = {},
): ProfilerError | null {
  for (const check of checksFor(isOpen ? wayInto(facts) : 'signal')) {
    const error = check.refuse(facts);
    if (error) return error;
  }
  return null;
}

/** What must hold to come in by this way. */
export function checksFor(way: 'agent' | 'connect' | 'signal'): readonly AttachCheck[] {
  const without = { agent: 'connect', connect: 'start', signal: null }[way];
  return ATTACH_CHECKS.filter(({ neededTo }) => neededTo !== without && (neededTo !== 'signal' || way === 'signal'));
}

/** An agent is ready; else there may be an inspector. */
function wayInto({ agentDoor }: ProcessFacts): 'agent' | 'connect' {
  return agentDoor === null ? 'connect' : 'agent';
}
