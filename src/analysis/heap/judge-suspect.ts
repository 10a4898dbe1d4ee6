import type { Confidence } from '../../model/finding.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';
import { CLEARED, DOUBT } from '../../words/checks/heap-suspects.ts';
import { PARTLY_RELEASED_SHARE, RELEASED_SHARE, STEADY, UNEVEN } from '../leak-thresholds.ts';
import type { AfterCollection } from './after-collection.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import { judgeBounds } from './judge-bounds.ts';

/** `confidence` null: cleared, and `against` says why. */
export interface SuspectVerdict {
  readonly confidence: Confidence | null;
  readonly against: readonly string[];
  /** This run cannot tell whether it leaks: no pass. */
  readonly isOpen?: true;
}

/** Other objects than before, as many of them: something renews them. */
const RENEWED = 0.5;
/** Later growth per request over earlier. Leaks measured 0.9 to 1.1; warm-up and full caches 0 to 0.2; a far plateau 0.57. */
const AT_REST = 0.2;
/** Tables and lists of the runtime itself grow by some ten KB. */
const LEAST_BYTES_INSIDE = 100_000;
/** Fewer new objects are not worth a finding, whatever their shape. */
export const LEAST_GAIN = 30;
/** Few, but most of what grew and of some size: judged like many. */
const BIG_GAIN_BYTES = 250_000;
/** Fewer leave no leak enough objects to be one. */
const FEW_REQUESTS = 200;
const MATERIAL_SHARE = 0.05;
/** The same where the heap after collections does not grow: less than this does not change what the service takes. */
const MATERIAL_SHARE_OF_LEVEL = 0.1;
const MATERIAL_BYTES = 1_000_000;
/** With one loaded interval the line of the whole heap is the proof, so the suspect must be most of what grew. */
const MOST_OF_GROWTH = 0.5;
const PART_OF_GROWTH = 0.2;
const COHORTS_KEPT = 0.8;
/** So many, one for each request of a route through two intervals: what fills or waits would not be as regular. */
const MANY_WHOLE = 300;
/** Fewer may be of connections that stay open. */
const MANY = 100;
/** Handles that clients have a part in: they may be as many as there are clients. */
const OF_CLIENTS = /^(TCP|TLS|Socket|HTTP|Http|JSStream)/;
const CALLBACKS: readonly Container[] = ['listeners', 'promise'];

/** Objects of the engine itself: they grow while code is being compiled and optimised. */
const ENGINE_CLASS = /^(system \/|\(|Feedback|Weak(Fixed)?Array|LoadHandler|StoreHandler|PropertyCell|Bytecode)/;

/**
 * Is it a leak? First what clears a suspect, then how sure the rest is.
 *
 * | loaded intervals | to be confirmed                                                                  |
 * |---|---|
 * | 1 | the heap after collections is a line, this is most of it, and the idle tail kept it; `likely`: a whole number a request, kept |
 * | 2 | the same growth per request in both, the heap after collections is a line, the idle tail kept it, and a sign of its own or most of what grew |
 * | 3 and more | the same growth per request in all, kept in the idle tail or by a line of the heap, and a second witness: a whole number a request, cohorts that all live, or that line |
 *
 * `likely` wants a sign of its own too: a stable or whole number a request, cohorts that live, or a heap that grows. A list
 * that is cut when it is full passes for even growth while its numbers are small.
 *
 * A store that grows in steps which fit steady growth is open where nothing makes it more than possible (`store-steps.ts`).
 * Likewise many objects that outlived a rest, with nothing against them. What shows a bound or an expiry, slows down, or
 * shrinks in the idle tail is `possible` and no more.
 */
export function judgeSuspect(suspect: HeapSuspect, behaviour: GrowthBehaviour, heap: AfterCollection): SuspectVerdict {
  // A bound that is in sight says why it rests.
  const steps = judgeBounds(suspect, behaviour).open === null ? behaviour.steps : null;
  const cleared = whyCleared(suspect, behaviour, steps !== null);
  if (cleared !== null) return { confidence: null, against: [cleared] };
  const doubts = doubtsOf(suspect, behaviour, heap);
  const confidence = doubts.length > 0 ? 'possible' : strength(suspect, behaviour, heap);
  if (steps !== null && confidence === 'possible') {
    const { bytes, nextAtTimes } = steps;
    return { confidence, against: [DOUBT.steps(bytes, nextAtTimes)], isOpen: true };
  }
  // A small number is what any leak looks like where hardly a request comes.
  const isTooEarly = confidence === 'possible' && behaviour.gained < LEAST_GAIN && isOneOfFew(behaviour);
  // Nothing speaks against it, and too little for it.
  const isUncontested =
    confidence === 'possible' && doubts.length === 0 && behaviour.outlivedIdle && behaviour.gained >= MANY;
  return { confidence, against: doubts, ...(isTooEarly || isUncontested ? { isOpen: true } : {}) };
}

/** `isStepwise`: rest, and intervals without growth, are what its store looks like between two steps. */
function whyCleared(suspect: HeapSuspect, behaviour: GrowthBehaviour, isStepwise: boolean): string | null {
  const { gained, gainedBytes, releasedInIdle, laterOverEarlier, growsInEveryInterval } = behaviour;
  if (behaviour.loaded.length === 0) return CLEARED.noLoad;
  if (gained <= 0) return CLEARED.notGrown;
  if (releasedInIdle !== null && releasedInIdle >= RELEASED_SHARE) return CLEARED.released;
  if (!isStepwise && laterOverEarlier !== null && laterOverEarlier <= AT_REST) return CLEARED.atRest;
  if (!isStepwise && !growsInEveryInterval) return CLEARED.notEach;
  const isSmall = behaviour.unit === 'bytes' ? gainedBytes < LEAST_BYTES_INSIDE : gained < LEAST_GAIN;
  if (isSmall && gainedBytes < LEAST_BYTES_INSIDE && !isOneOfFew(behaviour)) return CLEARED.tiny;
  if (
    ENGINE_CLASS.test(suspect.class) &&
    behaviour.whole === null &&
    NOT_OF_PROGRAM.includes(suspect.holder.container)
  ) {
    return CLEARED.engine;
  }
  return null;
}

/** Hardly a request came, and each of those of a route left something that stayed: too little for a leak, too much to pass. */
function isOneOfFew({ whole, loaded, outlivedIdle }: GrowthBehaviour): boolean {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? 0), 0);
  return whole !== null && whole.since === 0 && loaded.length > 1 && outlivedIdle && requests < FEW_REQUESTS;
}

/** The runtime's own. */
const NOT_OF_PROGRAM: readonly Container[] = ['unknown', 'handles', 'engine'];

function doubtsOf(suspect: HeapSuspect, behaviour: GrowthBehaviour, { entry }: AfterCollection): string[] {
  const { releasedInIdle, renewedInIdle, laterOverEarlier, evenness, tolerance, gained, gainedBytes, unit } = behaviour;
  const doubts: string[] = [];
  const { open } = judgeBounds(suspect, behaviour);
  if (open !== null) doubts.push(open);
  if (releasedInIdle !== null && releasedInIdle > PARTLY_RELEASED_SHARE) {
    doubts.push(DOUBT.released(releasedInIdle));
  }
  if (renewedInIdle > RENEWED) {
    doubts.push(DOUBT.renewed(renewedInIdle));
  }
  if (laterOverEarlier !== null && laterOverEarlier < Math.max(UNEVEN, STEADY - tolerance)) {
    doubts.push(DOUBT.slowing(laterOverEarlier));
  } else if (evenness !== null && evenness < UNEVEN) {
    doubts.push(DOUBT.uneven);
  }
  const areBig = gainedBytes >= BIG_GAIN_BYTES && suspect.shareOfGrowth >= MOST_OF_GROWTH;
  if (unit === 'objects' && gained < LEAST_GAIN && !areBig) doubts.push(DOUBT.few(gained));
  const material = entry?.verdict === 'flat' ? MATERIAL_SHARE_OF_LEVEL : MATERIAL_SHARE;
  if (suspect.shareOfGrowth < material && gainedBytes < MATERIAL_BYTES && behaviour.whole === null) {
    doubts.push(DOUBT.small(gainedBytes));
  }
  return doubts;
}

function strength(suspect: HeapSuspect, behaviour: GrowthBehaviour, heap: AfterCollection): Confidence {
  const { loaded, evenness, tolerance, outlivedIdle: keptInIdle, whole, cohortsAlive, survivors } = behaviour;
  const share = suspect.shareOfGrowth;
  if (loaded.length === 1) {
    if (heap.isLinear && share >= PART_OF_GROWTH) return keptInIdle && share >= MOST_OF_GROWTH ? 'confirmed' : 'likely';
    return whole !== null && keptInIdle ? 'likely' : 'possible';
  }
  const isWholeTwice = whole !== null && loaded.length - whole.since > 1;
  const isEven = whole !== null || (evenness !== null && evenness >= STEADY - tolerance);
  // Through two intervals, what goes up and down by itself is as even by chance: then it must be most of what grew as well.
  const isStable = evenness !== null && evenness >= STEADY && (loaded.length > 2 || share >= MOST_OF_GROWTH);
  // Listeners and reactions are no cache that fills: many of them, added evenly and kept through a rest, are a sign.
  const areKeptCallbacks =
    CALLBACKS.includes(suspect.holder.container) && keptInIdle && isEven && behaviour.gained >= MANY;
  // Nor is what a program opened and Node holds until it is closed; how many clients come is not the program's doing.
  const areKeptHandles =
    suspect.holder.container === 'handles' &&
    !OF_CLIENTS.test(suspect.class) &&
    keptInIdle &&
    (survivors ?? 0) >= behaviour.gained;
  const ownSign =
    areKeptHandles || isStable || whole !== null || (cohortsAlive ?? 0) >= COHORTS_KEPT || areKeptCallbacks;
  // Even by chance, while another leak draws the line of the heap: that line is no sign of this one.
  const isLinear = heap.isLinear && (ownSign || share >= MOST_OF_GROWTH);
  const hasSign = ownSign || (heap.isGrowing && share >= MOST_OF_GROWTH);
  if (loaded.length === 2) {
    if (isEven && keptInIdle && isLinear) return 'confirmed';
    const isRegular = isWholeTwice && share >= MOST_OF_GROWTH && behaviour.gained >= MANY_WHOLE;
    return isEven && hasSign && (keptInIdle || heap.isLinear || isRegular) ? 'likely' : 'possible';
  }
  const witness = isLinear || isWholeTwice || (cohortsAlive ?? 0) >= COHORTS_KEPT;
  if (isEven && witness && (keptInIdle || heap.isLinear)) return 'confirmed';
  return (isEven && hasSign) || (keptInIdle && heap.isGrowing && share >= PART_OF_GROWTH) ? 'likely' : 'possible';
}
