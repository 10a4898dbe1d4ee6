import { agentAt } from './agent-door.ts';
import { checksFor } from './attach-checks.ts';
import { connectInspector } from './connect-inspector.ts';
import { InspectorError } from './inspector-error.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { containsNode } from './node-binary.ts';
import { listThreads, type ThreadFacts } from './one-thread.ts';
import { listensItself, portOwner } from './open-inspector.ts';
import { likelyInspectorSockets, probeSockets } from './probe-inspector.ts';
import type { ProcessFacts } from './process-facts.ts';
import { listensToSigusr1 } from './signal-listener.ts';

/** One line of `profiler doctor`. */
export interface Diagnosis {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to change; empty if nothing is wrong. */
  readonly fix: string;
}

/**
 * Everything for or against attaching to this process, without touching it: every check, not only the first that fails.
 */
export async function diagnose(facts: ProcessFacts): Promise<Diagnosis[]> {
  const inspector = await probeSockets(likelyInspectorSockets(facts));
  const way = facts.agentDoor !== null ? 'agent' : inspector ? 'connect' : 'signal';
  const checks = checksFor(way).map((check): Diagnosis => {
    const error = check.refuse(facts);
    return { check: check.name, ok: error === null, detail: error?.message ?? check.holds, fix: error?.hint ?? '' };
  });
  if (way === 'agent') return [...checks, agentCheck(facts), descriptorCheck(facts)];
  return [
    ...checks,
    ...(inspector ? [] : [listenerCheck(facts)]),
    programCheck(facts),
    descriptorCheck(facts),
    inspector
      ? {
          check: 'inspector',
          ok: true,
          detail: `open already on port ${inspector.port}; it would be used and left open`,
          fix: '',
        }
      : inspectorPortCheck(facts),
  ];
}

/**
 * The worker threads of a service that has loaded the agent, which is asked for them: nothing is installed and no inspector
 * is opened. Null without an agent, and where it does not answer.
 */
export async function threadsOf({ agentDoor }: ProcessFacts): Promise<readonly ThreadFacts[] | null> {
  if (agentDoor === null) return null;
  try {
    const session = await connectInspector(agentAt(agentDoor).url);
    return await listThreads(session).finally(() => session.disconnect());
  } catch (error) {
    if (error instanceof InspectorError) return null;
    throw error;
  }
}

function agentCheck({ agentDoor }: ProcessFacts): Diagnosis {
  return {
    check: 'agent',
    ok: true,
    detail: `the service has loaded the agent (${agentDoor}); it is used, and no inspector is opened`,
    fix: '',
  };
}

/** What cannot be checked is not a problem, but it is reported. */
function listenerCheck({ pid }: ProcessFacts): Diagnosis {
  const listens = listensToSigusr1(pid);
  const error = listens ? listensItself(pid) : null;
  return {
    check: 'signal-listener',
    ok: error === null,
    detail:
      error?.message ??
      (listens === null
        ? 'whether the program has a handler of its own for SIGUSR1 cannot be told here; if it has, attaching runs that handler. Look for SIGUSR1 in its code, or run this tool as root'
        : 'the program has no handler of its own for SIGUSR1, so it opens the inspector'),
    fix: error?.hint ?? '',
  };
}

function programCheck({ pid, executable }: ProcessFacts): Diagnosis {
  const ok = containsNode(pid);
  const program = executable ?? 'the executable (unreadable)';
  return {
    check: 'program',
    ok,
    detail: ok ? `${program} holds Node's inspector` : `${program} holds no inspector of Node`,
    fix: ok ? '' : 'Run the service on a Node built with the inspector, and the profiler as its user.',
  };
}

function descriptorCheck({ listening }: ProcessFacts): Diagnosis {
  const ok = listening !== null;
  return {
    check: 'descriptors',
    ok,
    detail: ok
      ? 'open descriptors can be read'
      : 'open descriptors cannot be read, so files and sockets are not counted',
    fix: ok ? '' : 'Run the profiler as root, or start the service without file capabilities.',
  };
}

function inspectorPortCheck(facts: ProcessFacts): Diagnosis {
  const port = inspectorPortOf(facts);
  const owner = port === 0 ? null : portOwner(port);
  return {
    check: 'inspector-port',
    ok: owner === null,
    detail: owner
      ? `port ${port} is held by ${owner.pid === null ? 'another process' : `pid ${owner.pid}`}`
      : `port ${port} is free for the moment that the inspector needs it`,
    fix:
      owner?.pid === facts.pid
        ? 'Start the service with --inspect-port=0, or let it listen on another port.'
        : owner
          ? `Close it there (profiler detach --pid ${owner.pid ?? 'PID'}), or start the service with --inspect-port=0.`
          : '',
  };
}
