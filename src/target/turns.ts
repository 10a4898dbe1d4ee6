/**
 * The inspector evaluates where the program happens to be: in the midst of any function, Node's own too. What changes
 * something that Node works on (its lists of timers, the subscribers of a channel) must not do so there: a timer that is
 * cleared between Node's look at its callback and the call of it ends the program. A microtask runs where the program's
 * own code could run, between two callbacks or at their end, so such actions wait for one.
 *
 * The functions of this file run inside the target. They are sent as text, so they use nothing from around them.
 */
interface Waiting {
  /** By the target's own clock: what counts is how long it could have run, not when it was asked. */
  readonly sinceMs: number;
  readonly act: () => unknown;
}
type Turns = Map<string, Waiting>;
type WithTurns = Record<symbol, Turns | undefined>;

/** Resolves with what the action returned; with undefined when `takeTurn` was faster. */
export async function awaitTurn(id: string, action: () => unknown): Promise<unknown> {
  const key = Symbol.for('soak-profiler.turns');
  // A program may have frozen its global object. Where nothing can be kept, there is no turn to wait for.
  const place = [globalThis, process].find(Object.isExtensible) as unknown as WithTurns | undefined;
  if (!place) return action();
  let turns = place[key];
  if (!turns) {
    turns = new Map();
    Object.defineProperty(place, key, { value: turns, configurable: true, enumerable: false });
  }
  const waiting = turns;
  // A program may have replaced the clock (fake timers): then nothing is known of how long it waits, and it is done when
  // it is asked for.
  let sinceMs = Number.NaN;
  try {
    const time = process.hrtime();
    sinceMs = time[0] * 1e3 + time[1] / 1e6;
  } catch {}
  const entry: Waiting = {
    sinceMs,
    act: () => {
      // An interrupt may come at the entry of any function, of this one too.
      if (!waiting.delete(id)) return undefined;
      if (waiting.size === 0 && place[key] === waiting) delete place[key];
      return action();
    },
  };
  try {
    waiting.set(id, entry);
  } catch (error) {
    // The program has replaced what maps are used by: it is not attached to, and nothing stays there.
    if (waiting.size === 0) delete place[key];
    throw error;
  }
  // Not `then`: a program may have replaced that.
  await null;
  return waiting.get(id)?.act();
}

export interface TakenTurn {
  /** `early`: it has not waited for `patienceMs` yet. `gone`: the microtask was faster. */
  readonly outcome: 'ran' | 'early' | 'gone';
  readonly value?: unknown;
}

/**
 * Does at once what waits under this id since `patienceMs`: in a loop that does not end, no microtask ever runs. What was
 * asked while the target was paused is dispatched together with this, and has not waited at all.
 */
export function takeTurn(id: string, patienceMs: number): TakenTurn {
  const key = Symbol.for('soak-profiler.turns');
  const waiting = [globalThis, process].map((place) => (place as unknown as WithTurns)[key]?.get(id)).find(Boolean);
  if (!waiting) return { outcome: 'gone' };
  let waitedMs = Number.NaN;
  try {
    const time = process.hrtime();
    waitedMs = time[0] * 1e3 + time[1] / 1e6 - waiting.sinceMs;
  } catch {}
  if (waitedMs < patienceMs) return { outcome: 'early' };
  return { outcome: 'ran', value: waiting.act() };
}
