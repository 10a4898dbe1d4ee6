import type { HeapSuspect, PathStep } from '../../model/heap-growth.ts';
import { formatCount } from '../../model/units.ts';
import { capital, code, numberWord, perRequestWords } from '../words.ts';
import type { GrowthBehaviour, WholeNumber } from './growth-tests.ts';
import type { HeapFindingKind } from './suspect-kind.ts';

/** `context variable \`pending\`: Map`, `[*]: Listener (chain of 1,204)`. */
export function pathWords(path: readonly PathStep[]): string[] {
  return path.map(({ edge, node, repeat }) => {
    const chain = repeat > 1 ? ` (chain of ${formatCount(repeat)})` : '';
    return edge === '' ? `${node}${chain}` : `${edge}: ${node}${chain}`;
  });
}

/** The sentence at the top of a finding, made for its kind. */
export function suspectTitle(kind: HeapFindingKind, suspect: HeapSuspect, behaviour: GrowthBehaviour): string {
  const { holder } = suspect;
  const { whole, unit } = behaviour;
  const who = whole && whoLeaves(whole);
  if (whole !== null && who !== null) {
    return `${who} ${LEAVES[kind](numberWord(whole.perRequest), suspect.class, whole.perRequest > 1)} ${endOf(kind, holder, 'to')}.`;
  }
  const rate = behaviour.unit === 'objects' ? perRequest(behaviour) : null;
  const howMany = rate === null ? '' : `, ${perRequestWords(rate)}`;
  if (unit === 'bytes')
    return `${capital(holder)} grows${suspect.class ? ` by ${code(suspect.class)}` : ''} and does not shrink again.`;
  return `${capital(PILE_UP[kind](suspect.class))} pile up ${endOf(kind, holder, 'in')}${howMany}.`;
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

function endOf(kind: HeapFindingKind, holder: string, where: 'to' | 'in'): string {
  switch (kind) {
    case 'listener-leak':
      return `among the ${holder.startsWith('listeners') ? holder : `listeners of ${holder}`}, and nothing takes it off`;
    case 'promise-leak':
      return `on ${holder}, which does not settle`;
    case 'timer-leak':
      return `(${holder}), and nothing clears it`;
    default:
      return `${kind === 'js-heap-leak' ? where : 'in'} ${holder}, and nothing removes it`;
  }
}

/** Objects a request over all loaded intervals; null where nobody counted. */
export function perRequest({ loaded, gained }: GrowthBehaviour): number | null {
  const requests = loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  return requests > 0 ? gained / requests : null;
}
