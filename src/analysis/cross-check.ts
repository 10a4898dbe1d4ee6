import type { FindingKind } from '../model/finding-catalogue.ts';
import * as say from '../words/cross-check.ts';
import type { FoundDraft } from './check.ts';

/**
 * Findings compared with each other before they are said: what is a consequence of another says so, and a limit that is
 * met later than another is not told as if it were the next. Nothing is taken away.
 */
export function crossCheck(drafts: readonly FoundDraft[]): FoundDraft[] {
  return drafts.map((draft) => withNearerLimit(causedByThreads(draft, drafts), drafts));
}

/** Each thread brings some: two pipes, an event descriptor, ports. */
const MOST_OF_A_THREAD = 8;
const LEAST_OF_A_THREAD = 0.5;

/** Descriptors that rise with threads: closing them one by one fixes nothing. */
function causedByThreads(draft: FoundDraft, drafts: readonly FoundDraft[]): FoundDraft {
  if (draft.kind !== 'fd-leak' && draft.kind !== 'socket-leak') return draft;
  const threads = drafts.find((one) => one.kind === 'thread-leak' && one.confidence !== 'possible');
  const each = (draft.growth?.perHour ?? Number.NaN) / (threads?.growth?.perHour ?? Number.NaN);
  if (!threads || !(each >= LEAST_OF_A_THREAD && each <= MOST_OF_A_THREAD)) return draft;
  return {
    ...draft,
    against: [...draft.against, say.comeWithThreads(each)],
    recommendation: say.threadsFirst(threads.subject.class, draft.recommendation),
  };
}

const OF_MEMORY: readonly FindingKind[] = [
  'js-heap-leak',
  'external-memory-leak',
  'native-memory-leak',
  'listener-leak',
  'timer-leak',
  'promise-leak',
];

/** The limit of descriptors may be met long before that of memory. */
function withNearerLimit(draft: FoundDraft, drafts: readonly FoundDraft[]): FoundDraft {
  const own = draft.growth?.timeToLimitMs ?? null;
  if (own === null || !OF_MEMORY.includes(draft.kind)) return draft;
  const sooner = drafts
    .filter((one) => one.growth?.perHourUnit !== undefined && one.confidence !== 'possible')
    .map((one) => ({ one, ms: one.growth?.timeToLimitMs ?? Number.POSITIVE_INFINITY }))
    .filter(({ ms }) => ms < own)
    .sort((a, b) => a.ms - b.ms)[0];
  if (!sooner) return draft;
  const what = say.soonerLimit(sooner.ms, sooner.one.growth?.perHourUnit ?? sooner.one.subject.class);
  return { ...draft, evidence: [...draft.evidence, { what, file: 'samples.ndjson' }] };
}
