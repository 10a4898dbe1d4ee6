import type { AnswerKinds } from '../../model/report.ts';
import type { RequestInterval } from '../../model/requests.ts';
import { addKinds, answerKind, NO_ANSWERS } from '../../stats/answer-kind.ts';
import * as say from '../../words/completeness.ts';
import { isOfTasks } from '../task-requests.ts';

/** A kind of answer is reported from this many responses on. */
const LEAST_ANSWERS = 20;
/** Of the answers, at the start and at the end. */
const PART = 0.2;
const MOSTLY = 0.5;

/** What a reader of a pass should know of the answers: that they changed their kind, or that most of them lead elsewhere. */
export function answerNotes(intervals: readonly RequestInterval[]): string[] {
  const byName = new Map<string, RequestInterval[]>();
  for (const interval of intervals) {
    if (!interval.traits || !isOfTasks(interval)) continue;
    const own = byName.get(interval.name);
    if (own) own.push(interval);
    else byName.set(interval.name, [interval]);
  }
  const changes = [...byName].flatMap(([name, own]) => {
    const [was, is] = [firstKind(own), firstKind(own.toReversed())];
    return was && is && was !== is ? [say.answersChanged(name, was, is)] : [];
  });
  const { count, redirects = 0 } = sumOf([...byName.values()].flat());
  return count > 0 && redirects >= MOSTLY * count ? [...changes, say.mostlyRedirects(redirects / count)] : changes;
}

/** Of the first fifth of the answers. */
function firstKind(intervals: readonly RequestInterval[]): ReturnType<typeof answerKind> {
  const wanted = PART * sumOf(intervals).count;
  let sum = NO_ANSWERS;
  for (const { traits } of intervals) {
    if (sum.count >= wanted) break;
    if (traits) sum = addKinds(sum, traits);
  }
  return answerKind(sum, LEAST_ANSWERS);
}

function sumOf(intervals: readonly RequestInterval[]): AnswerKinds {
  return intervals.reduce((sum, { traits }) => (traits ? addKinds(sum, traits) : sum), NO_ANSWERS);
}
