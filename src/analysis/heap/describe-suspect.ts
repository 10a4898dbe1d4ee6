import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Holder } from '../../model/holder.ts';
import { figure, numberWord } from '../../words/figures.ts';
import { holderText } from '../../words/holder.ts';
import { capital, code } from '../../words/terms.ts';
import type { GrowthBehaviour, WholeNumber } from './growth-tests.ts';
import type { HeapFindingKind } from './suspect-kind.ts';

/** The sentence at the top of a finding, made for its kind. */
export function suspectTitle(kind: HeapFindingKind, suspect: HeapSuspect, behaviour: GrowthBehaviour): string {
  const { holder } = suspect;
  const { whole, unit } = behaviour;
  const { leaves, pileUp, place, stays } = WORDS[kind];
  const who = whole && whoLeaves(whole);
  if (whole !== null && who !== null) {
    const what = leaves(numberWord(whole.perRequest), suspect.class, whole.perRequest > 1);
    return `${who} ${what} ${place(holder, 'to')}${stays}.`;
  }
  const rate = behaviour.unit === 'objects' ? perRequest(behaviour) : null;
  if (unit === 'bytes')
    return `${capital(holderText(holder))} grows${suspect.class ? ` by ${code(suspect.class)}` : ''} and does not shrink again.`;
  // Some are removed and some are not, as far as a rate tells: a call without reply, a request that failed.
  const howMany = rate === null ? stays : `: ${leftWords(rate)}`;
  return `${capital(pileUp(suspect.class))} pile up ${place(holder, 'in')}${howMany}.`;
}

/** Null where too many requests fit, or with different numbers: then a rate is all that can be said. */
function whoLeaves({ request, perRequest, rivals }: WholeNumber): string | null {
  if (request === null) return 'Every request';
  const [rival, ...more] = rivals;
  if (!rival) return `Every ${code(request)} request`;
  if (rival.request === null || more.length > 0 || rival.perRequest !== perRequest) return null;
  return `Every request of ${code(request)} or ${code(rival.request)}`;
}

const plural = (many: boolean, one: string, more = `${one}s`): string => (many ? more : one);

interface KindWords {
  /** `adds one \`OrderAudit\``, after who does it. */
  readonly leaves: (count: string, cls: string, many: boolean) => string;
  /** What piles up, where no whole number of it comes with a request. */
  readonly pileUp: (cls: string) => string;
  /** Of those that are added one by one, and of those that pile up. */
  readonly place: (holder: Holder, where: 'to' | 'in') => string;
  readonly stays: string;
}

const IN: KindWords['place'] = (holder) => `in ${holderText(holder)}`;
const NOT_REMOVED = ', and nothing removes it';

const WORDS: Readonly<Record<HeapFindingKind, KindWords>> = {
  'js-heap-leak': {
    leaves: (count, cls) => `adds ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects`,
    place: (holder, where) => `${where} ${holderText(holder)}`,
    stays: NOT_REMOVED,
  },
  'external-memory-leak': {
    leaves: (count, cls) => `keeps ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects, with memory outside the heap,`,
    place: IN,
    stays: NOT_REMOVED,
  },
  'socket-leak': {
    leaves: (count, cls) => `leaves ${count} ${code(cls)} open`,
    pileUp: (cls) => `open ${code(cls)} objects`,
    place: IN,
    stays: NOT_REMOVED,
  },
  'timer-leak': {
    leaves: (count, _, many) => `leaves ${count} ${plural(many, 'timer')} running`,
    pileUp: () => 'timers',
    place: (holder) => `(${holderText(holder)})`,
    stays: ', and nothing clears it',
  },
  'listener-leak': {
    leaves: (count, _, many) => `leaves ${count} ${plural(many, 'listener')}`,
    pileUp: () => 'listeners',
    place: (holder) => {
      const text = holderText(holder);
      return `among the ${holder.container === 'listeners' ? text : `listeners of ${text}`}`;
    },
    stays: ', and nothing takes it off',
  },
  'promise-leak': {
    leaves: (count, _, many) => `leaves ${count} ${plural(many, 'reaction')}`,
    pileUp: () => 'reactions',
    place: (holder) => `on ${holderText(holder)}`,
    stays: ', which does not settle',
  },
  'thread-leak': {
    leaves: (count, cls) => `leaves ${count} ${code(cls)}`,
    pileUp: (cls) => `${code(cls)} objects`,
    place: IN,
    stays: NOT_REMOVED,
  },
};

/** `one in 5.9 requests leaves one`, `1.5 a request stay`. */
function leftWords(rate: number): string {
  return rate < 0.6
    ? `one in ${figure(1 / rate)} requests leaves one`
    : `${figure(rate)} a request ${rate > 1 ? 'stay' : 'stays'}`;
}

/** Objects a request over all loaded intervals; null where nobody counted. */
export function perRequest({ loaded, gained }: GrowthBehaviour): number | null {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  return requests > 0 ? gained / requests : null;
}
