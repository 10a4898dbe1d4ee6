import type { Milliseconds } from '../model/units.ts';
import { levelAt } from '../scenario/arrivals.ts';
import type { ClosedLoad } from '../scenario/scenario.ts';
import type { LoadModel, ModelParts } from './load-model.ts';
import { VirtualUser } from './virtual-user.ts';

/** How often the number of users follows a ramp. */
const RAMP_STEP_MS = 100;

/**
 * Virtual users that wait for each answer and then think. There are as many places as the stages ask for; in each place
 * lives one user, and after its share of requests a fresh one.
 */
export function closedModel(load: ClosedLoad, parts: ModelParts): LoadModel {
  const { clock, traffic, setup, chooseTask, share, counts } = parts;
  let fixedLevel: number | null = null;
  let places = 0;
  const occupied = new Set<number>();
  let isOver = false;

  function think(): Milliseconds {
    const { minMs, maxMs } = load.thinkTime;
    return maxMs === 0 ? 0 : minMs + traffic.random() * (maxMs - minMs);
  }

  function isWanted(place: number): boolean {
    return !isOver && place < places;
  }

  function liveIn(place: number, startMs: Milliseconds): void {
    counts.users++;
    occupied.add(place);
    const user = new VirtualUser({ user: share.index + 1 + share.of * counts.usersMade++, setup, clock, traffic });
    next(place, user, startMs);
  }

  function next(place: number, user: VirtualUser, dueMs: Milliseconds): void {
    if (dueMs <= clock.nowMs && !clock.isPaused) act(place, user, dueMs);
    else clock.at(dueMs, () => act(place, user, dueMs));
  }

  function act(place: number, user: VirtualUser, plannedMs: Milliseconds): void {
    if (!isWanted(place)) {
      counts.users--;
      occupied.delete(place);
    } else if (load.requestsPerUser !== null && user.requests >= load.requestsPerUser) {
      counts.users--;
      liveIn(place, plannedMs);
    } else if (user.needsSetup) {
      if (user.requests > 0) counts.repeatedSetups++;
      user.prepare((isReady) => next(place, user, clock.nowMs + (isReady ? 0 : user.backOffMs)));
    } else {
      user.send(chooseTask(clock.nowMs), plannedMs, () =>
        next(place, user, clock.nowMs + Math.max(think(), user.backOffMs)),
      );
    }
  }

  /** New users begin spread over one think time: they would otherwise march in step. */
  function follow(): void {
    if (isOver) return;
    places = Math.round(fixedLevel ?? levelAt(load.stages, clock.nowMs));
    for (let place = share.index; place < places; place += share.of) {
      if (!occupied.has(place)) liveIn(place, clock.nowMs + traffic.random() * load.thinkTime.maxMs);
    }
    if (load.stages.length > 1 && fixedLevel === null) clock.at(clock.nowMs + RAMP_STEP_MS, follow);
  }

  return {
    start(onOver) {
      if (load.durationMs !== null) clock.at(load.durationMs, onOver);
      follow();
    },
    setLevel(level) {
      fixedLevel = level;
      follow();
    },
    end() {
      isOver = true;
    },
  };
}
