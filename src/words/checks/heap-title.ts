import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { HeapSuspect, RequestOutcome, WholeNumber } from '../../model/heap-growth.ts';
import type { Holder } from '../../model/holder.ts';
import { figure, numberWord } from '../figures.ts';
import { holderText, isText } from '../holder.ts';
import { capital, code } from '../terms.ts';

/** How a suspect grows. */
export interface SuspectGrowth {
  readonly unit: 'objects' | 'bytes';
  readonly whole: WholeNumber | null;
  /** Objects per request; null if not counted. */
  readonly perRequest: number | null;
}

/** The sentence at the top of a finding, made for its kind. */
export function suspectTitle(
  kind: HeapFindingKind,
  suspect: Pick<HeapSuspect, 'holder' | 'class'>,
  { unit, whole, perRequest }: SuspectGrowth,
): string {
  const { holder } = suspect;
  const { leaves, pileUp, place, stays } = WORDS[kind];
  const who = whole && whoLeaves(whole);
  if (isText(holder, suspect.class))
    return `${who === null ? `${capital(holderText(holder))} grows` : `${who} appends to ${holderText(holder)}`}, and not as much is removed from it.`;
  if (whole !== null && who !== null) {
    const what = leaves(numberWord(whole.perRequest), suspect.class, whole.perRequest > 1);
    return `${who} ${what} ${place(holder, 'to')}${stays(whole.perRequest > 1)}.`;
  }
  if (unit === 'bytes')
    return `${capital(holderText(holder))} grows${suspect.class ? ` by ${code(suspect.class)}` : ''} and does not shrink.`;
  // The rate suggests that some are removed and some are not: a call without reply, a request that failed.
  const howMany = perRequest === null ? stays(true) : `: ${leftWords(perRequest)}`;
  return `${capital(pileUp(suspect.class))} pile up ${place(holder, 'in')}${howMany}.`;
}

const EVERY: Readonly<Record<RequestOutcome, string>> = {
  any: 'Every',
  failed: 'Every failed',
  aborted: 'Every aborted',
};

/** Null if too many requests fit, or with different numbers: then a rate is all that can be said. */
function whoLeaves({ request, outcome, perRequest, rivals }: WholeNumber): string | null {
  if (request === null) return 'Every request';
  const every = EVERY[outcome];
  const [rival, ...more] = rivals;
  if (!rival) return `${every} ${code(request)} request`;
  if (rival.request === null || more.length > 0 || rival.perRequest !== perRequest || rival.outcome !== outcome)
    return null;
  return `${every} request of ${code(request)} or ${code(rival.request)}`;
}

const inNumber = (many: boolean, one: string, more = `${one}s`): string => (many ? more : one);

interface KindWords {
  /** `adds one \`OrderAudit\``, after who does it. */
  readonly leaves: (count: string, cls: string, many: boolean) => string;
  /** What accumulates, if it is not a whole number per request. */
  readonly pileUp: (cls: string) => string;
  /** For those that are added one by one, and for those that accumulate. */
  readonly place: (holder: Holder, where: 'to' | 'in') => string;
  readonly stays: (many: boolean) => string;
}

const IN: KindWords['place'] = (holder) => `in ${holderText(holder)}`;
const notRemoved: KindWords['stays'] = (many) => `, and ${inNumber(many, 'it is', 'they are')} not removed`;

const WORDS: Readonly<Record<HeapFindingKind, KindWords>> = {
  'js-heap-leak': {
    leaves: (count, cls) => `adds ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects`,
    place: (holder, where) => `${where} ${holderText(holder)}`,
    stays: notRemoved,
  },
  'external-memory-leak': {
    leaves: (count, cls) => `keeps ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects, with memory outside the heap,`,
    place: IN,
    stays: notRemoved,
  },
  'socket-leak': {
    leaves: (count, cls) => `leaves ${count} ${code(cls)} open`,
    pileUp: (cls) => `open ${code(cls)} objects`,
    place: IN,
    stays: notRemoved,
  },
  'timer-leak': {
    leaves: (count, _, many) => `leaves ${count} ${inNumber(many, 'timer')} running`,
    pileUp: () => 'timers',
    place: (holder) => `(${holderText(holder)})`,
    stays: (many) => `, and ${inNumber(many, 'it is', 'they are')} not cleared`,
  },
  'listener-leak': {
    leaves: (count, _, many) => `adds ${count} ${inNumber(many, 'listener')}`,
    pileUp: () => 'listeners',
    place: (holder, where) => {
      const text = holderText(holder);
      return `${where} the ${holder.container === 'listeners' ? text : `listeners of ${text}`}`;
    },
    stays: notRemoved,
  },
  'promise-leak': {
    leaves: (count, _, many) => `adds ${count} ${inNumber(many, 'reaction')}`,
    pileUp: () => 'reactions',
    place: (holder, where) => `${where === 'to' ? 'to' : 'on'} ${holderText(holder)}`,
    stays: () => ', which does not settle',
  },
  'thread-leak': {
    leaves: (count, cls) => `leaves ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects`,
    place: IN,
    stays: notRemoved,
  },
};

/** `one in 5.9 requests leaves one`, `1.5 per request stay`. */
function leftWords(rate: number): string {
  return rate < 0.6
    ? `one in ${figure(1 / rate)} requests leaves one`
    : `${figure(rate)} per request ${rate > 1 ? 'stay' : 'stays'}`;
}
