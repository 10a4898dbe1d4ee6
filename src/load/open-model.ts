import type { Milliseconds } from '../model/units.ts';
import { type Arrivals, scheduleArrivals } from '../scenario/arrivals.ts';
import { seededRandom } from '../scenario/random.ts';
import type { OpenLoad } from '../scenario/scenario.ts';
import type { LoadModel, ModelParts } from './load-model.ts';
import { VirtualUser } from './virtual-user.ts';

/** So many set-ups at once before the arrivals begin. */
const SETUPS_AT_ONCE = 10;

/**
 * Arrivals by an absolute schedule, whether or not the answers keep up. Each is sent for the next of a pool of users
 * that were prepared before the schedule began. An arrival is dropped, and counted as such, when too many are
 * in flight, when no user could be prepared, or when the end of the load comes before its turn.
 */
export function openModel(load: OpenLoad, maxInFlight: number, parts: ModelParts): LoadModel {
  const { clock, traffic, setup, chooseTask, share, seed, setupMs, counts } = parts;
  const users = Math.max(1, Math.ceil((load.users - share.index) / share.of));
  /** The same in every process that shares the load. */
  const random = seededRandom(seed);
  let arrivals = ownShare(scheduleArrivals(load, random), share);
  /** A schedule that was replaced plans nothing more. */
  let version = 0;
  const ready: VirtualUser[] = [];
  const renewing = new Set<VirtualUser>();
  let turn = 0;
  let isOver = false;
  let hasBegun = false;
  let originMs = 0;
  let endMs = Number.POSITIVE_INFINITY;
  /** When the next arrival is due; infinity before the first and after the last. */
  let nextMs = Number.POSITIVE_INFINITY;

  /** Prepares a user until it succeeds; `tried` is called after the first attempt. */
  function prepare(user: VirtualUser, tried: () => void): void {
    user.prepare((isReady) => {
      if (isReady) ready.push(user);
      else if (!isOver) clock.at(clock.nowMs + user.backOffMs, () => prepare(user, () => {}));
      tried();
    });
  }

  function makeUser(): VirtualUser {
    counts.users++;
    return new VirtualUser({ user: share.index + 1 + share.of * counts.usersMade++, setup, clock, traffic });
  }

  /** `done` is called when each user has been tried once; arrivals do not wait for a set-up without a response. */
  function prepareAll(done: () => void): void {
    if (setup.length === 0) {
      while (counts.users < users) ready.push(makeUser());
      done();
      return;
    }
    let tried = 0;
    const prepareNext = (): void => {
      if (isOver || counts.users >= users) return;
      prepare(makeUser(), () => {
        if (++tried === users) done();
        else prepareNext();
      });
    };
    for (let i = 0; i < SETUPS_AT_ONCE; i++) prepareNext();
    clock.at(clock.nowMs + setupMs, done);
  }

  /** A refused user goes on with what it has while its set-up is made again: the schedule does not wait for it. */
  function renew(user: VirtualUser): void {
    counts.repeatedSetups++;
    user.needsSetup = false;
    user.prepare((isReady) => {
      renewing.delete(user);
      if (!isReady) user.needsSetup = true;
    });
  }

  function arrive(dueMs: Milliseconds): void {
    const task = chooseTask(dueMs);
    const user = ready[turn++ % Math.max(1, ready.length)];
    const isTooLate = clock.nowMs > endMs && isOverdue(dueMs);
    if (!user || isTooLate || traffic.inFlight >= maxInFlight) {
      traffic.drop(task);
      return;
    }
    user.send(task, dueMs, () => {
      if (!user.needsSetup || renewing.has(user) || isOver) return;
      renewing.add(user);
      clock.at(clock.nowMs + user.backOffMs, () => renew(user));
    });
  }

  function isOverdue(dueMs: Milliseconds): boolean {
    return clock.nowMs - dueMs > traffic.lateAfterMs;
  }

  function advance(): void {
    const offsetMs = arrivals.next();
    nextMs = offsetMs === null ? Number.POSITIVE_INFINITY : originMs + offsetMs;
  }

  /** Plans one arrival at a time: however late the generator is, one entry is in the queue. */
  function plan(): void {
    advance();
    // A schedule that never reaches its next arrival (a last stage of 0/s) waits for the end.
    if (!Number.isFinite(nextMs)) return;
    const ofVersion = version;
    clock.at(nextMs, (dueMs) => {
      if (isOver || ofVersion !== version) return;
      arrive(dueMs);
      plan();
    });
  }

  /** The end is planned first: it does not wait for arrivals that are late. */
  function begin(onOver: () => void): void {
    if (hasBegun || isOver) return;
    hasBegun = true;
    originMs = clock.nowMs;
    if (load.durationMs !== null) {
      endMs = originMs + load.durationMs;
      clock.at(endMs, onOver);
    }
    plan();
  }

  return {
    start(onOver) {
      prepareAll(() => begin(onOver));
    },
    setLevel(level) {
      version++;
      arrivals = ownShare(
        scheduleArrivals({ ...load, stages: [{ level, durationMs: null }], durationMs: null }, random),
        share,
      );
      if (!hasBegun) return;
      originMs = clock.nowMs;
      plan();
    },
    end() {
      isOver = true;
      for (; nextMs <= clock.nowMs && isOverdue(nextMs); advance()) traffic.drop(chooseTask(nextMs));
    },
  };
}

/** Every `of`-th arrival, from the `index`-th on. */
function ownShare(arrivals: Arrivals, { index, of }: ModelParts['share']): Arrivals {
  if (of === 1) return arrivals;
  let passed = 0;
  return {
    next() {
      for (;;) {
        const atMs = arrivals.next();
        if (atMs === null || passed++ % of === index) return atMs;
      }
    },
  };
}
