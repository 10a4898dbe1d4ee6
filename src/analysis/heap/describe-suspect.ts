import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Holder } from '../../model/holder.ts';
import { holderText } from '../../words/holder.ts';
import { capital, code, figure, numberWord } from '../words.ts';
import type { GrowthBehaviour, WholeNumber } from './growth-tests.ts';
import type { HeapFindingKind } from './suspect-kind.ts';

/** The sentence at the top of a finding, made for its kind. */
export function suspectTitle(kind: HeapFindingKind, suspect: HeapSuspect, behaviour: GrowthBehaviour): string {
  const { holder } = suspect;
  const { whole, unit } = behaviour;
  const who = whole && whoLeaves(whole);
  if (whole !== null && who !== null) {
    const what = LEAVES[kind](numberWord(whole.perRequest), suspect.class, whole.perRequest > 1);
    return `${who} ${what} ${placeOf(kind, holder, 'to')}${STAYS[kind]}.`;
  }
  const rate = behaviour.unit === 'objects' ? perRequest(behaviour) : null;
  if (unit === 'bytes')
    return `${capital(holderText(holder))} grows${suspect.class ? ` by ${code(suspect.class)}` : ''} and does not shrink again.`;
  // Some are removed and some are not, as far as a rate tells: a call without reply, a request that failed.
  const howMany = rate === null ? STAYS[kind] : `: ${leftWords(rate)}`;
  return `${capital(PILE_UP[kind](suspect.class))} pile up ${placeOf(kind, holder, 'in')}${howMany}.`;
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

const LEAVES: Readonly<Record<HeapFindingKind, (count: string, cls: string, many: boolean) => string>> = {
  'js-heap-leak': (count, cls) => `adds ${count} ${code(cls)}`,
  'external-memory-leak': (count, cls) => `keeps ${count} ${code(cls)}`,
  'socket-leak': (count, cls) => `leaves ${count} ${code(cls)} open`,
  'timer-leak': (count, _, many) => `leaves ${count} ${plural(many, 'timer')} running`,
  'listener-leak': (count, _, many) => `leaves ${count} ${plural(many, 'listener')}`,
  'promise-leak': (count, _, many) => `leaves ${count} ${plural(many, 'reaction')}`,
  'thread-leak': (count, cls) => `leaves ${count} ${code(cls)}`,
};

const PILE_UP: Readonly<Record<HeapFindingKind, (cls: string) => string>> = {
  'js-heap-leak': (cls) => `${code(cls)} objects`,
  'external-memory-leak': (cls) => `${code(cls)} objects, with memory outside the heap,`,
  'socket-leak': (cls) => `open ${code(cls)} objects`,
  'timer-leak': () => 'timers',
  'listener-leak': () => 'listeners',
  'promise-leak': () => 'reactions',
  'thread-leak': (cls) => `${code(cls)} objects`,
};

function placeOf(kind: HeapFindingKind, holder: Holder, where: 'to' | 'in'): string {
  const text = holderText(holder);
  switch (kind) {
    case 'listener-leak':
      return `among the ${holder.container === 'listeners' ? text : `listeners of ${text}`}`;
    case 'promise-leak':
      return `on ${text}`;
    case 'timer-leak':
      return `(${text})`;
    default:
      return `${kind === 'js-heap-leak' ? where : 'in'} ${text}`;
  }
}

const STAYS: Readonly<Record<HeapFindingKind, string>> = {
  'js-heap-leak': ', and nothing removes it',
  'external-memory-leak': ', and nothing removes it',
  'socket-leak': ', and nothing removes it',
  'timer-leak': ', and nothing clears it',
  'listener-leak': ', and nothing takes it off',
  'promise-leak': ', which does not settle',
  'thread-leak': ', and nothing removes it',
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
