import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../model/units.ts';
import type { InspectorSession } from './session.ts';

const STEP_DEADLINE_MS = 2_000;
/** A connection that was just ended, and a browser that only asks what is there, are gone within this time. */
const SHARED_PATIENCE_MS = 700;
const PAUSE_MS = 50;

/** What is said where an inspector had to be left open. */
export const OTHER_DEBUGGER = 'another debugger is connected to the inspector';

interface CloseOptions {
  readonly deadlineMs?: Milliseconds;
  /** Where the program's own code could run. */
  readonly inTurn?: boolean;
}

/**
 * Evaluates what closes the inspector, or moves it. The answer does not come when it does: either way the call has done its
 * work when it settles. True where it was left as it is, since others are connected besides this one session.
 */
export async function closeUnlessShared(
  session: InspectorSession,
  expression: string,
  { deadlineMs = STEP_DEADLINE_MS, inTurn = true }: CloseOptions = {},
): Promise<boolean> {
  const untilMs = performance.now() + SHARED_PATIENCE_MS;
  for (;;) {
    const evaluating = inTurn
      ? session.evaluateInTurn(expression, { deadlineMs })
      : session.evaluate(expression, { deadlineMs });
    const connections = await evaluating.catch(() => undefined);
    if (typeof connections !== 'number') return false;
    if (performance.now() >= untilMs) return true;
    await sleep(PAUSE_MS);
  }
}
