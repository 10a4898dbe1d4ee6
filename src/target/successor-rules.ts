import { isAbsolute } from 'node:path';
import { compareLineage, isInit } from './lineage.ts';
import { nameTests } from './name-tests.ts';
import { splitNodeArguments } from './node-arguments.ts';
import { looksLikeNode } from './node-binary.ts';
import { listChildren, listPids, readArguments, readStat } from './proc.ts';
import { isSameProcess, type ProcessFacts, readProcessFacts, readTicks } from './process-facts.ts';
import { redactCommandLine } from './redact-command-line.ts';
import { isEphemeral, servicePaths, servicePorts } from './service-ports.ts';
import { differingVariables } from './start-environment.ts';
import type { TargetIdentity } from './target-identity.ts';
import { pidsServing } from './who-serves.ts';

/** Who may take the place of a lost process. To attach to a stranger is worse than to end: each doubt is an objection. */
export interface SuccessorRule {
  /** Pids that are worth a look now. */
  candidates(): readonly number[];
  /** Why this one is not the successor, or not yet; null if it is. */
  objection(facts: ProcessFacts): string | null;
  /** False if a second one that fits as well may come a moment later: then the first must stay the only one. */
  readonly isUnique: boolean;
  /** Why no successor can come; null while one may. */
  hopeless(): string | null;
  /** As text, if no candidate appeared. */
  nobody(): string;
}

export interface LostTarget {
  readonly facts: ProcessFacts;
  readonly identity: TargetIdentity;
  /** When it was last seen alive: a successor was started since. */
  readonly sinceTicks: number;
  /** Where its inspector was, which is no port of the service. */
  readonly inspectorPort: number | null;
}

export function successorRule(lost: LostTarget): SuccessorRule {
  switch (lost.identity.by) {
    case 'port':
      return byPort(lost, lost.identity.port);
    case 'name':
      return byName(lost, lost.identity.pattern);
    case 'pid':
      return byOrigin(lost);
    case 'command':
      return byCommand(lost, lost.identity.command);
  }
}

function byPort({ facts }: LostTarget, port: number): SuccessorRule {
  // It holds the port of its workers, also while it has none.
  const primary = facts.isClusterWorker ? facts.lineage[0]?.pid : undefined;
  return {
    candidates: () => pidsServing(port),
    objection: ({ pid }) => (pid === primary ? 'is the primary of the cluster, which serves nothing itself' : null),
    isUnique: true,
    hopeless: () => null,
    nobody: () => `no process listens on port ${port}`,
  };
}

/** By the same reading of the pattern as before: `api` that was the exact name of one is not part of the name of another. */
function byName(lost: LostTarget, pattern: string): SuccessorRule {
  const { facts } = lost;
  const fits = nameTests(pattern).find((test) => test(facts));
  // Alone when it was found: any other that fits was started since, perhaps before this one ended.
  return {
    candidates: () =>
      listPids().filter((pid) => (readStat(pid)?.startTicks ?? 0) >= readTicks(facts) - 1 && looksLikeNode(pid)),
    objection: (other) => (fits?.(other) ? objectionToPorts(lost, other) : `is not named ${pattern}`),
    isUnique: false,
    hopeless: () => null,
    nobody: () => `no process was started that is named ${pattern}`,
  };
}

/** By where it came from: the same command line, started by the same one, listening where it listened. */
function byOrigin(lost: LostTarget): SuccessorRule {
  const siblings = siblingsOf(lost);
  return {
    candidates: () => startedAlike(lost, listPids()),
    objection: (other) =>
      objectionToProgram(lost.facts, other) ??
      objectionToOrigin(lost, other) ??
      objectionToPorts(lost, other) ??
      objectionToReplica(lost, other, siblings),
    isUnique: placesOf(lost).length > 0,
    hopeless: () => null,
    nobody: () => tellOlder(lost),
  };
}

function byCommand(lost: LostTarget, command: { readonly pid: number; readonly startTicks: number }): SuccessorRule {
  const siblings = siblingsOf(lost);
  return {
    candidates: () => startedAlike(lost, descendants(command.pid)),
    objection: (other) =>
      objectionToProgram(lost.facts, other) ??
      objectionToPorts(lost, other) ??
      objectionToReplica(lost, other, siblings),
    isUnique: placesOf(lost).length > 0,
    hopeless: () => (isSameProcess(command) ? null : 'the command that was started has ended'),
    nobody: () => 'the command started no process like it again',
  };
}

function startedAlike({ facts, sinceTicks }: LostTarget, pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => (readStat(pid)?.startTicks ?? 0) >= sinceTicks && hasCommandLineOf(facts, pid));
}

function hasCommandLineOf(facts: ProcessFacts, pid: number): boolean {
  return redactCommandLine(readArguments(pid)).join('\0') === facts.commandLine.join('\0');
}

/** Those that look alike and were there before: siblings, and what somebody would think of first. */
function tellOlder({ facts }: LostTarget): string {
  const older = listPids().filter((pid) => pid !== facts.pid && hasCommandLineOf(facts, pid));
  const nobody = 'no process with its command line was started since';
  if (older.length === 0) return nobody;
  const are = older.length === 1 ? `process ${older[0]} has` : `processes ${older.join(', ')} have`;
  return `${nobody} (${are} the same one, but ran before)`;
}

function objectionToProgram(lost: ProcessFacts, other: ProcessFacts): string | null {
  if (other.isClusterWorker !== lost.isClusterWorker)
    return lost.isClusterWorker ? 'is no worker of a cluster' : 'is a worker of a cluster';
  const { script } = splitNodeArguments(lost.commandLine);
  const isNamedInFull = script !== null && isAbsolute(script);
  return isNamedInFull || other.cwd === lost.cwd ? null : `runs in another folder (${other.cwd})`;
}

function objectionToOrigin(lost: LostTarget, other: ProcessFacts): string | null {
  const { supervisor, isSame } = compareLineage(lost.facts.lineage, other.lineage);
  if (!isSame) {
    const [parent] = other.lineage;
    return `was started by another process (${parent ? `${parent.comm}, pid ${parent.pid}` : 'none that can be seen'})`;
  }
  // Anybody can start anything below init: there a port tells, or a control group of its own (a unit, a container).
  const isTold = placesOf(lost).length > 0 || isInSameUnit(lost.facts, other);
  return isTold || !isInit(supervisor) ? null : 'has neither a supervisor nor a port by which it could be told';
}

function objectionToPorts(lost: LostTarget, other: ProcessFacts): string | null {
  const isBack = (port: number): boolean => other.listening?.some((socket) => socket.port === port) === true;
  const missing = portsOf(lost).filter((port) => !isBack(port));
  // Which of several in that range the kernel chose is not known: those are others at each start, what is the same was
  // meant.
  if (missing.length > 0 && missing.every(isEphemeral) && portsOf(lost).some(isBack)) return null;
  if (missing.length === 0) return portsOf(lost).length > 0 ? null : objectionToPaths(lost.facts, other);
  const has = servicePorts(other);
  return `does not listen on port ${missing.join(' and ')}${has.length > 0 ? `, but on ${has.join(' and ')}` : ''}`;
}

function objectionToPaths(lost: ProcessFacts, other: ProcessFacts): string | null {
  const has = servicePaths(other);
  const missing = servicePaths(lost).filter((path) => !has.includes(path));
  if (missing.length === 0) return null;
  return `does not listen on ${missing.join(' and ')}${has.length > 0 ? `, but on ${has.join(' and ')}` : ''}`;
}

/**
 * Where no port and no path tells them apart, one supervisor may run several that look alike: for queues, say. What it
 * starts again has the environment that it had; and where another one has ended as well, nobody knows whose place it is.
 */
function objectionToReplica(lost: LostTarget, other: ProcessFacts, siblings: readonly ProcessFacts[]): string | null {
  if (placesOf(lost).length > 0) return null;
  const variables = differingVariables(lost.facts.startEnvironment, other.startEnvironment);
  if (variables.length > 0) return `was started with another environment (${shorten(variables)})`;
  const ended = siblings.find((sibling) => !isSameProcess(sibling));
  return ended ? `may as well have taken the place of process ${ended.pid}, which looked the same and has ended` : null;
}

const NAMED_VARIABLES = 3;

function shorten(names: readonly string[]): string {
  const more = names.length - NAMED_VARIABLES;
  return `${names.slice(0, NAMED_VARIABLES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Those that cannot be distinguished from the lost one but by their pids. */
function siblingsOf({ facts }: LostTarget): readonly ProcessFacts[] {
  return listPids()
    .filter((pid) => pid !== facts.pid && hasCommandLineOf(facts, pid))
    .map(readProcessFacts)
    .filter((sibling) => sibling !== null)
    .filter((sibling) => isSameProcess(sibling))
    .filter((sibling) => differingVariables(facts.startEnvironment, sibling.startEnvironment).length === 0);
}

/** By what a service is distinguished from its siblings: where it serves. */
function placesOf(lost: LostTarget): readonly (number | string)[] {
  const ports = portsOf(lost);
  return ports.length > 0 ? ports : servicePaths(lost.facts);
}

function portsOf({ facts, inspectorPort }: LostTarget): readonly number[] {
  return servicePorts(facts, inspectorPort);
}

/** What a user starts by hand is in the group of the session, with everything else of that user. */
function isInSameUnit(lost: ProcessFacts, other: ProcessFacts): boolean {
  const groups = lost.controlGroups;
  return groups !== null && groups === other.controlGroups && /:\/[^\n]*\.service$|:\/[^\n]*[0-9a-f]{64}/m.test(groups);
}

function descendants(pid: number): number[] {
  return listChildren(pid).flatMap((child) => [child, ...descendants(child)]);
}
