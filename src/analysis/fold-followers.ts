import type { FindingKind } from '../model/finding.ts';
import type { FindingDraft } from './check.ts';
import { figure } from './words.ts';

/** A worker brings two pipes, some event descriptors, ports, and listeners on the streams of the process. */
const MOST_OF_EACH = 5;
const TOLERANCE = 0.1;
const FOLLOWS_THREADS: readonly FindingKind[] = ['thread-leak', 'fd-leak', 'socket-leak'];
const OF_WORKERS = /\b(Worker|MessagePort|MessageChannel)\b/;
const STANDARD_STREAM = /\bstd(in|out|err)\b/;

/**
 * Threads that pile up take descriptors, ports and listeners with them. One mistake is one finding: what rises by a small
 * whole number for each thread becomes evidence of the leak of threads.
 */
export function foldFollowers(drafts: readonly FindingDraft[]): FindingDraft[] {
  const cause = drafts.find(
    ({ kind, confidence, growth }) =>
      kind === 'thread-leak' && confidence !== 'possible' && growth?.perHourUnit === 'threads',
  );
  if (!cause) return [...drafts];
  const followers = drafts.filter((draft) => draft !== cause && isOfWorkers(draft) && timesOf(draft, cause) !== null);
  const named = followers.find(({ subject }) => subject.source !== null && OF_WORKERS.test(subject.class));
  const folded: FindingDraft = {
    ...cause,
    subject: named ? { ...named.subject, class: cause.subject.class } : cause.subject,
    evidence: [
      ...cause.evidence,
      ...followers.map((follower) => ({
        what: `With each thread come ${figure(timesOf(follower, cause) ?? 0)} of these: ${follower.title}`,
        file: follower.evidence[0]?.file ?? null,
      })),
    ],
  };
  return drafts.filter((draft) => !followers.includes(draft)).map((draft) => (draft === cause ? folded : draft));
}

function isOfWorkers({ kind, subject }: FindingDraft): boolean {
  const words = `${subject.class} ${subject.holder}`;
  if (FOLLOWS_THREADS.includes(kind) || OF_WORKERS.test(words)) return true;
  return kind === 'listener-leak' && STANDARD_STREAM.test(words);
}

/** How many for each thread; null where that is no small whole number, or nobody counted the requests. */
function timesOf({ growth }: FindingDraft, cause: FindingDraft): number | null {
  const ratio = (growth?.objectsPerRequest ?? Number.NaN) / (cause.growth?.objectsPerRequest ?? Number.NaN);
  const times = Math.round(ratio);
  return times >= 1 && times <= MOST_OF_EACH && Math.abs(ratio - times) <= TOLERANCE * times ? times : null;
}
