import type { AnswerKind, AnswerKinds } from '../model/report.ts';
import type { AnswerTraits } from '../model/requests.ts';

/** Less than this share of one kind is a mixture, which chance may shift. */
const NEARLY_ALL = 0.9;

export const NO_ANSWERS: AnswerKinds = { count: 0, json: 0, bodyBytes: 0, redirects: 0 };

/** `redirects` stays out where one side did not count them. */
export function addKinds(sum: AnswerKinds, { answers, jsonAnswers, bodyBytes, redirects }: AnswerTraits): AnswerKinds {
  return {
    count: sum.count + answers,
    json: sum.json + jsonAnswers,
    bodyBytes: sum.bodyBytes + bodyBytes,
    ...(sum.redirects === undefined || redirects === undefined ? {} : { redirects: sum.redirects + redirects }),
  };
}

/** Null for a mixture, for too few, and where redirects were not counted and may be what came without a body. */
export function answerKind({ count, json, bodyBytes, redirects }: AnswerKinds, least: number): AnswerKind | null {
  if (count < least) return null;
  if (json >= NEARLY_ALL * count) return 'JSON';
  if (redirects === undefined) return null;
  if (redirects >= NEARLY_ALL * count) return 'redirect';
  if (json + redirects > (1 - NEARLY_ALL) * count) return null;
  return bodyBytes === 0 ? 'empty' : 'other';
}
