import type { Milliseconds } from '../model/units.ts';
import { poll } from './poll.ts';
import { readStat, ticksSinceBoot } from './proc.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { type LostTarget, type SuccessorRule, successorRule } from './successor-rules.ts';
import type { TargetIdentity } from './target-identity.ts';

const POLL_MS = 250;
/** How long the only candidate must stay the only one, if only its origin distinguishes it from others. */
const SETTLE_MS = 1_000;
const TICKS_A_MS = 0.1;

interface ReturnOptions {
  /** By what the target was named. */
  readonly identity: TargetIdentity;
  readonly timeoutMs: Milliseconds;
  /** Clock ticks since boot when the lost process was last seen alive; now by default. */
  readonly sinceTicks?: number;
  /** Where its inspector listened: no port of the service. */
  readonly inspectorPort?: number | null;
  /** Ends the waiting early. */
  readonly signal?: AbortSignal;
}

export type TargetReturn =
  | { readonly successor: ProcessFacts; readonly reason: null }
  /** `reason`: what was there instead, in words that go on from "it did not come back: ". */
  | { readonly successor: null; readonly reason: string };

/**
 * Waits for the successor of a process that has ended: the one process that is the same by what the user named. Where
 * several fit, or one only looks alike, there is none: nobody named it, and it might be a stranger.
 */
export async function waitForReturn(facts: ProcessFacts, options: ReturnOptions): Promise<TargetReturn> {
  const { identity, timeoutMs, signal, inspectorPort = null, sinceTicks = ticksSinceBoot() } = options;
  const lost = { facts, identity, sinceTicks: sinceTicks - 1, inspectorPort };
  const search = new SuccessorSearch(lost, successorRule(lost));
  const stopped: TargetReturn = { successor: null, reason: 'stopped' };
  const found = await poll(() => (signal?.aborted ? stopped : search.look()), timeoutMs, POLL_MS);
  return found ?? { successor: null, reason: search.reason() };
}

class SuccessorSearch {
  readonly #lost: LostTarget;
  readonly #rule: SuccessorRule;
  #doubt: string | null = null;
  #only: { readonly key: string; readonly sinceTicks: number } | null = null;

  constructor(lost: LostTarget, rule: SuccessorRule) {
    this.#lost = lost;
    this.#rule = rule;
  }

  /** Why no successor was accepted. */
  reason(): string {
    return this.#doubt ?? this.#rule.nobody();
  }

  look(): TargetReturn | null {
    const hopeless = this.#rule.hopeless();
    if (hopeless !== null) return { successor: null, reason: hopeless };
    const objections: string[] = [];
    const fitting: ProcessFacts[] = [];
    for (const facts of this.#candidates()) {
      const objection = objectionToAny(this.#lost.facts, facts) ?? this.#rule.objection(facts);
      if (objection === null) fitting.push(facts);
      else objections.push(`process ${facts.pid} ${objection}`);
    }
    if (fitting.length > 1) {
      this.#doubt = `${fitting.length} processes could be it (${fitting.map(({ pid }) => pid).join(', ')})`;
    } else if (objections.length > 0) {
      this.#doubt = objections.join('; ');
    }
    const [successor] = fitting;
    if (!successor || fitting.length > 1) {
      this.#only = null;
      return null;
    }
    return this.#rule.isUnique || this.#hasStayedAlone(successor) ? { successor, reason: null } : null;
  }

  #candidates(): ProcessFacts[] {
    const { pid, startTicks } = this.#lost.facts;
    return this.#rule
      .candidates()
      .filter((other) => other !== pid || readStat(other)?.startTicks !== startTicks)
      .map(readProcessFacts)
      .filter((facts) => facts !== null)
      .filter((facts) => facts.state !== 'Z' && !facts.isOurs);
  }

  #hasStayedAlone({ pid, startTicks }: ProcessFacts): boolean {
    const key = `${pid} ${startTicks}`;
    if (this.#only?.key !== key) this.#only = { key, sinceTicks: ticksSinceBoot() };
    return ticksSinceBoot() - this.#only.sinceTicks >= SETTLE_MS * TICKS_A_MS;
  }
}

function objectionToAny(lost: ProcessFacts, { isNode, uid, name }: ProcessFacts): string | null {
  if (lost.isNode && !isNode) return `(${name}) is not Node`;
  return uid === lost.uid ? null : `belongs to another user (${uid})`;
}
