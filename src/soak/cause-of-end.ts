import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSampler } from '../capture/process-sampler.ts';
import { endText, type ProcessEnd } from '../target/process-end.ts';

/** `exiting`: its program has ended, but the process still exists. `draining`: it works, but new requests go to another. */
export type Ending = 'exited' | 'reused' | 'exiting' | 'draining';

/** A process that exits is gone, and its parent informed, within a few milliseconds; a busy machine needs longer. */
const TOLD_WITHIN_MS = 1_000;

/**
 * What became of a process, in words that follow on its number. `ended`: how, as its parent is told, where that is us;
 * null where another is. Nothing is guessed: null if nobody tells.
 */
export async function causeOfEnd(
  outside: ProcessSampler | null,
  ended: Promise<ProcessEnd> | null,
): Promise<string | null> {
  const told = ended && (await Promise.race([ended, sleep(TOLD_WITHIN_MS, null, { ref: false })]));
  const signal = told?.by === 'signal' ? told.signal : null;
  const wasKilled = told === null || signal === 'SIGKILL';
  const forMemory = wasKilled ? outside?.causeOfDeath() : null;
  if (forMemory) return forMemory;
  if (told === null) return null;
  if (signal === null) return `ended with exit ${endText(told)}`;
  const hint = signal === 'SIGABRT' ? ' (Node does this when its heap is full)' : '';
  return `was ended by ${endText(told)}${hint}`;
}

/** The end as text, with its cause where it is known. */
export function endingText(pid: number, reason: Ending, cause: string | null): string {
  switch (reason) {
    case 'exited':
      return `process ${pid} ${cause ?? 'ended'}`;
    case 'reused':
      return `process ${pid} ${cause ?? 'ended'} and its number was given to another`;
    case 'exiting':
      return cause === null
        ? `exiting: the program of process ${pid} has ended`
        : `exiting: the program of process ${pid} ${cause}`;
    case 'draining':
      return `draining: process ${pid} no longer listens, another process does in its place`;
  }
}
