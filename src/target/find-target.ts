import { resolve } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { describeProcess } from './describe-process.ts';
import { listNodeProcesses } from './list-node-processes.ts';
import { socketsInNamespaceOf } from './listening-sockets.ts';
import { nameTests } from './name-tests.ts';
import { hasProc, withoutProc } from './proc.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { pidsServing } from './who-serves.ts';

/**
 * The one process that `--pid`, `--port`, `--name` or `--agent` means. Throws a ProfilerError, exit 3, where there is none;
 * exit 2 where the words are not clear enough, with the line to type for each candidate in the hint.
 */
export function findTarget(
  spec: { readonly pid: number } | { readonly port: number } | { readonly name: string } | { readonly agent: string },
): ProcessFacts {
  if (!hasProc()) throw withoutProc();
  if ('pid' in spec) return findByPid(spec.pid);
  if ('agent' in spec) return findByAgent(spec.agent);
  if ('port' in spec) return findByPort(spec.port);
  return findByName(spec.name);
}

/**
 * The process that an earlier run watched, started again since: the same name in full, and the same folder or command
 * line. Throws a ProfilerError if there is none (exit 3), or more than one (exit 2): part of a name is no evidence.
 */
export function findRecorded({ name, cwd, commandLine }: TargetFacts): ProcessFacts {
  const command = commandLine.join('\0');
  const [first, ...others] = listNodeProcesses().filter(
    (facts) => !facts.isOurs && facts.name === name && (facts.cwd === cwd || facts.commandLine.join('\0') === command),
  );
  if (first && others.length === 0) return first;
  if (first) throw ambiguous(`${others.length + 1} Node processes are ${name} of that run.`, [first, ...others]);
  throw notFound(`No Node process is ${name} in ${cwd || 'its folder'}, which that run watched; name the service.`);
}

/** One line a process: what it is, and what to type for it. */
export function listCandidates(candidates: readonly ProcessFacts[]): string {
  const shown = candidates.filter((facts) => !facts.isOurs);
  if (shown.length === 0) return 'No Node process can be seen from here.';
  return shown.map((facts) => `  --pid ${facts.pid}    ${describeProcess(facts)}`).join('\n');
}

function findByPid(pid: number): ProcessFacts {
  const facts = readProcessFacts(pid);
  if (facts && pid !== process.pid) return facts;
  const message = facts ? 'That process is this tool itself.' : `There is no process ${pid}.`;
  throw new ProfilerError('target-not-found', EXIT.attachFailed, message, listCandidates(listNodeProcesses()));
}

function findByPort(port: number): ProcessFacts {
  const sockets = socketsInNamespaceOf('self').filter((socket) => socket.port === port);
  const owners = pidsServing(port)
    .map(readProcessFacts)
    .filter((facts) => facts !== null);
  const nodes = owners.filter((facts) => facts.isNode);
  if (nodes.length === 1 && nodes[0]) return nodes[0];
  if (nodes.length > 1) throw ambiguous(`Port ${port} is served by ${nodes.length} Node processes.`, nodes);
  throw nobodyUsable(port, sockets[0]?.uid ?? null, owners);
}

/**
 * Why the port leads to no process that could be profiled: held by another program, by another user, in a container, or
 * free.
 */
function nobodyUsable(port: number, uid: number | null, owners: readonly ProcessFacts[]): ProfilerError {
  const [owner] = owners;
  if (owner) {
    return new ProfilerError(
      'port-not-node',
      EXIT.attachFailed,
      `Port ${port} belongs to pid ${owner.pid} (${owner.name}), which is not Node.`,
      `If it forwards to a Node service (a proxy, a container), name the service itself:\n${listCandidates(listNodeProcesses())}`,
    );
  }
  if (uid !== null) {
    return new ProfilerError(
      'port-of-other-user',
      EXIT.attachFailed,
      `Port ${port} belongs to a process of user ${uid}, whose descriptors may not be read.`,
      'Run the profiler as that user, or as root: sudo profiler ...',
    );
  }
  const nodes = listNodeProcesses();
  const elsewhere = nodes.filter((facts) => !facts.sameNetwork && facts.listening?.some((s) => s.port === port));
  if (elsewhere.length > 0) return ambiguous(`Port ${port} is open only inside another network namespace.`, elsewhere);
  return new ProfilerError(
    'port-free',
    EXIT.attachFailed,
    `No process listens on port ${port} of this host.`,
    `Visible Node processes:\n${listCandidates(nodes)}`,
  );
}

/** By the socket as it is seen from here, or as the service in its container sees it. */
function findByAgent(path: string): ProcessFacts {
  const withAgent = listNodeProcesses().filter((facts) => facts.agentDoor !== null);
  const found = withAgent.filter(({ agentDoor }) => agentDoor === resolve(path) || agentDoor?.endsWith(`/root${path}`));
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (first) throw ambiguous(`${found.length} Node processes have an agent at ${path}.`, found);
  const known = withAgent.map(({ agentDoor, name, pid }) => `  --agent ${agentDoor}    ${name}, process ${pid}`);
  throw new ProfilerError(
    'target-not-found',
    EXIT.attachFailed,
    `No Node process that can be seen from here has an agent at ${path}.`,
    known.length > 0
      ? `Agents that can be seen:\n${known.join('\n')}`
      : 'No service has loaded the agent: node --import soak-profiler/agent server.js',
  );
}

/** Exact name first, then part of a name, then part of the command line: the first of these that anybody meets. */
function findByName(pattern: string): ProcessFacts {
  // It would fit every process.
  if (pattern.trim() === '') {
    const hint = 'Give a part of its package name, script or command line.';
    throw new ProfilerError('target-ambiguous', EXIT.usage, 'The name of the target is empty.', hint);
  }
  const nodes = listNodeProcesses().filter((facts) => !facts.isOurs);
  for (const test of nameTests(pattern)) {
    const [first, ...others] = nodes.filter(test);
    if (first && others.length === 0) return first;
    if (first) throw ambiguous(`${others.length + 1} Node processes match "${pattern}".`, [first, ...others]);
  }
  throw notFound(`No Node process matches "${pattern}".`);
}

function notFound(message: string): ProfilerError {
  const hint = `Visible Node processes:\n${listCandidates(listNodeProcesses())}`;
  return new ProfilerError('target-not-found', EXIT.attachFailed, message, hint);
}

function ambiguous(message: string, candidates: readonly ProcessFacts[]): ProfilerError {
  return new ProfilerError('target-ambiguous', EXIT.usage, message, `Choose one:\n${listCandidates(candidates)}`);
}
