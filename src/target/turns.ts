/**
 * The inspector evaluates where the program happens to be: in the midst of any function, Node's own too. What changes
 * something that Node works on (its lists of timers, the subscribers of a channel) must not do so there: a timer that is
 * cleared between Node's look at its callback and the call of it ends the program. A microtask runs where the program's
 * own code could run, between two callbacks or at their end, so such actions wait for one.
 *
 * The functions of this file run inside the target. They are sent as text, so they use nothing from around them.
 */
type Turns = Map<string, () => unknown>;
type WithTurns = Record<symbol, Turns | undefined>;

/** Resolves with what the action returned; with undefined when `takeTurn` was faster. */
export async function awaitTurn(id: string, action: () => unknown): Promise<unknown> {
  const key = Symbol.for('soak-profiler.turns');
  const place = globalThis as unknown as WithTurns;
  let turns = place[key];
  if (!turns) {
    turns = new Map();
    Object.defineProperty(place, key, { value: turns, configurable: true, enumerable: false });
  }
  const waiting = turns;
  waiting.set(id, () => {
    waiting.delete(id);
    if (waiting.size === 0 && place[key] === waiting) delete place[key];
    return action();
  });
  // Not `then`: a program may have replaced that.
  await null;
  return waiting.get(id)?.();
}

/** Does at once what still waits under this id: in a loop that does not end, no microtask ever runs. */
export function takeTurn(id: string): { readonly ran: boolean; readonly value: unknown } {
  const action = (globalThis as unknown as WithTurns)[Symbol.for('soak-profiler.turns')]?.get(id);
  return action ? { ran: true, value: action() } : { ran: false, value: undefined };
}
