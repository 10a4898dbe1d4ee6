import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../model/units.ts';
import { InspectorError } from './inspector-error.ts';
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
 * `asked`: the answer does not come when it does close. `shared`: it was left as it is, since others are connected besides
 * this one session. `failed`: it is open still, since what closes it is not there in the target, or throws.
 */
export type Closing = 'asked' | 'shared' | 'failed';

/** Evaluates what closes the inspector, or moves it. */
export async function closeUnlessShared(
  session: InspectorSession,
  expression: string,
  { deadlineMs = STEP_DEADLINE_MS, inTurn = true }: CloseOptions = {},
): Promise<Closing> {
  const untilMs = performance.now() + SHARED_PATIENCE_MS;
  for (;;) {
    const evaluating = inTurn
      ? session.evaluateInTurn(expression, { deadlineMs })
      : session.evaluate(expression, { deadlineMs });
    const connections = await evaluating.catch((error: unknown) => (isThrown(error) ? 'failed' : undefined));
    if (connections === 'failed') return 'failed';
    if (typeof connections !== 'number') return 'asked';
    if (performance.now() >= untilMs) return 'shared';
    await sleep(PAUSE_MS);
  }
}

function isThrown(error: unknown): boolean {
  return error instanceof InspectorError && error.reason === 'exception';
}
