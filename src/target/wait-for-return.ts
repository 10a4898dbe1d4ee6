import type { Milliseconds } from '../model/units.ts';
import { DEFAULT_INSPECTOR_PORT } from './inspector-port.ts';
import { pidsHolding, socketsInNamespaceOf } from './listening-sockets.ts';
import { poll } from './poll.ts';
import { listPids, readArguments, readStat, ticksSinceBoot } from './proc.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { redactCommandLine } from './redact-command-line.ts';

/** How long before its death was noticed a successor may have been started (a rolling restart). */
const OVERLAP_TICKS = 1_000;
const POLL_MS = 250;

interface ReturnOptions {
  readonly timeoutMs: Milliseconds;
  /** Ends the waiting early: then null. */
  readonly signal?: AbortSignal;
}

/**
 * Waits for the successor of a process that has ended: a Node process that listens where the lost one did, else one
 * started since with the same command line in the same folder. Null when none came in time.
 */
export async function waitForReturn(
  lost: ProcessFacts,
  { timeoutMs, signal }: ReturnOptions,
): Promise<ProcessFacts | null> {
  const sinceTicks = ticksSinceBoot() - OVERLAP_TICKS;
  const found = await poll(
    () => (signal?.aborted ? 'stopped' : (listensInstead(lost) ?? runsAgain(lost, sinceTicks))),
    timeoutMs,
    POLL_MS,
  );
  return found === 'stopped' ? null : found;
}

function listensInstead(lost: ProcessFacts): ProcessFacts | null {
  const ports = new Set(lost.listening?.map(({ port }) => port));
  ports.delete(DEFAULT_INSPECTOR_PORT);
  const sockets = socketsInNamespaceOf('self').filter(({ port }) => ports.has(port));
  return firstUsable(pidsHolding(sockets), lost);
}

function runsAgain(lost: ProcessFacts, sinceTicks: number): ProcessFacts | null {
  const command = lost.commandLine.join('\0');
  const alike = listPids().filter((pid) => {
    const stat = readStat(pid);
    return stat && stat.startTicks >= sinceTicks && redactCommandLine(readArguments(pid)).join('\0') === command;
  });
  return firstUsable(alike, lost, (facts) => facts.cwd === lost.cwd && facts.isClusterWorker === lost.isClusterWorker);
}

function firstUsable(
  pids: readonly number[],
  lost: ProcessFacts,
  fits: (facts: ProcessFacts) => boolean = () => true,
): ProcessFacts | null {
  const isLost = (facts: ProcessFacts): boolean => facts.pid === lost.pid && facts.startTicks === lost.startTicks;
  const candidates = pids.map(readProcessFacts).filter((facts) => facts !== null);
  return candidates.find((facts) => facts.isNode && facts.state !== 'Z' && !isLost(facts) && fits(facts)) ?? null;
}
