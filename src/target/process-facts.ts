import { isAgentDoor, isOfAgent } from '../model/agent-protocol.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import { isOurs } from './is-ours.ts';
import { type Ancestor, readLineage } from './lineage.ts';
import { type ListeningSocket, listeningAmong, listeningSocketsOf, unixListeningAmong } from './listening-sockets.ts';
import { splitNodeArguments } from './node-arguments.ts';
import { looksLikeNode } from './node-binary.ts';
import { openDescriptors } from './open-descriptors.ts';
import {
  listChildren,
  type ProcStatus,
  readArguments,
  readControlGroups,
  readEnvironment,
  readProcLink,
  readStat,
  readStatus,
  ticksSinceBoot,
} from './proc.ts';
import { programName } from './program-name.ts';
import { redactCommandLine, redactTitle } from './redact-command-line.ts';
import { readStartEnvironment, type StartEnvironment } from './start-environment.ts';

/** Cluster gives this variable to each worker. */
const CLUSTER_VARIABLE = 'NODE_UNIQUE_ID';

/** What can be known of a process from outside. Nothing here is secret: arguments and options are redacted. */
export interface ProcessFacts extends TargetFacts {
  /** Its parent first. */
  readonly lineage: readonly Ancestor[];
  /** Its control groups as /proc/<pid>/cgroup has them; null if unknown. */
  readonly controlGroups: string | null;
  readonly uid: number;
  /** One letter as in /proc/<pid>/stat: R, S, D, T (stopped), Z (zombie). */
  readonly state: string;
  /** Null when it may not be read: the process of another user. */
  readonly executable: string | null;
  readonly isNode: boolean;
  /** Part of this tool, so not offered as a target. */
  readonly isOurs: boolean;
  /** The pid that the process sees itself: differs from `pid` in a container. */
  readonly pidInside: number;
  readonly sameNetwork: boolean;
  readonly sigusr1: ProcStatus['sigusr1'];
  /** Options of Node, from the command line and from NODE_OPTIONS. */
  readonly nodeFlags: readonly string[];
  readonly isClusterWorker: boolean;
  /** Pids of the workers when this is the primary of a cluster. */
  readonly clusterWorkers: readonly number[];
  /** Null when they may not be read. */
  readonly listening: readonly ListeningSocket[] | null;
  /** Paths of sockets of the Unix domain; null when they may not be read. */
  readonly unixListening: readonly string[] | null;
  /** The door of our agent in it, as it is reached from here; null if it has none, or that may not be read. */
  readonly agentDoor: string | null;
  /** Null when it may not be read. */
  readonly startEnvironment: StartEnvironment | null;
  readonly rssBytes: Bytes;
  readonly ageMs: Milliseconds;
}

/** Null if there is no such process, or no longer. */
export function readProcessFacts(pid: number): ProcessFacts | null {
  const stat = readStat(pid);
  const status = readStatus(pid);
  if (!stat || !status) return null;

  const argv = readArguments(pid);
  const environment = readEnvironment(pid);
  const executable = readProcLink(pid, 'exe');
  const cwd = readProcLink(pid, 'cwd') ?? '';
  const isNode = looksLikeNode(pid);
  const open = openDescriptors(pid);
  const unix = open && (isNode ? unixListeningAmong(pid, open.sockets) : []);
  const { flags, script } = isNode ? splitNodeArguments(argv) : { flags: [], script: null };
  const environmentFlags = (environment?.get('NODE_OPTIONS') ?? '').split(/\s+/).filter(Boolean);
  return {
    pid,
    startTicks: stat.startTicks,
    nodeVersion: null,
    commandLine: redactCommandLine(argv),
    cwd,
    name: isNode ? programName(pid, cwd, script, redactTitle(argv[0] ?? '') || stat.comm) : stat.comm,
    lineage: readLineage(stat.parentPid),
    controlGroups: readControlGroups(pid),
    uid: status.uid,
    state: stat.state,
    executable,
    isNode,
    isOurs: isOurs(pid, cwd, script),
    pidInside: status.namespacePids.at(-1) ?? pid,
    sameNetwork: sameNamespace(pid, 'net'),
    sigusr1: status.sigusr1,
    nodeFlags: redactCommandLine([...flags, ...environmentFlags]),
    isClusterWorker: environment?.has(CLUSTER_VARIABLE) ?? false,
    clusterWorkers: isNode ? clusterWorkersOf(pid) : [],
    listening: open && listeningAmong(pid, open.sockets),
    unixListening: unix?.filter((path) => !isOfAgent(path)) ?? null,
    agentDoor: reachableDoor(pid, unix ?? []),
    startEnvironment: isNode ? readStartEnvironment(pid) : null,
    rssBytes: status.rssBytes,
    ageMs: Math.max(0, (ticksSinceBoot() - stat.startTicks) * 10),
  };
}

/** Workers of the same cluster: they serve the same port, and each has a heap of its own. */
export function otherClusterWorkers({ pid, isClusterWorker }: ProcessFacts): readonly number[] {
  const primary = isClusterWorker ? readStat(pid)?.parentPid : undefined;
  return primary === undefined ? [] : clusterWorkersOf(primary).filter((worker) => worker !== pid);
}

/** Empty if it is not the primary of a cluster. */
export function clusterWorkersOf(pid: number): readonly number[] {
  return listChildren(pid).filter((child) => readEnvironment(child)?.has(CLUSTER_VARIABLE));
}

/** Pid and start time together are the identity of a process: a pid alone is used again. */
export function isSameProcess(facts: Pick<TargetFacts, 'pid' | 'startTicks'>): boolean {
  const stat = readStat(facts.pid);
  return stat !== null && stat.startTicks === facts.startTicks && stat.state !== 'Z';
}

/** Clock ticks since boot when these facts were read. */
export function readTicks({ startTicks, ageMs }: ProcessFacts): number {
  return startTicks + ageMs / 10;
}

/** Whether the process is there and listens on this port. False where its descriptors may not be read. */
export function isListeningOn(facts: Pick<TargetFacts, 'pid' | 'startTicks'>, port: number): boolean {
  const isListening = listeningSocketsOf(facts.pid)?.some((socket) => socket.port === port) ?? false;
  return isListening && isSameProcess(facts);
}

/** In a container the path means another file for us; through the root of the process it is the same one. */
function reachableDoor(pid: number, listening: readonly string[]): string | null {
  const door = listening.find(isAgentDoor);
  if (door === undefined) return null;
  return sameNamespace(pid, 'mnt') && readProcLink(pid, 'root') === readProcLink('self', 'root')
    ? door
    : `/proc/${pid}/root${door}`;
}

/** True as well when it cannot be known: then the port will not be found, and that is reported. */
function sameNamespace(pid: number, kind: 'mnt' | 'net' | 'pid'): boolean {
  const theirs = readProcLink(pid, `ns/${kind}`);
  return theirs === null || theirs === readProcLink('self', `ns/${kind}`);
}
