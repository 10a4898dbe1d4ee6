import type { Confidence } from '../model/finding.ts';
import type { AnswerKind } from '../model/report.ts';
import { formatCount, formatDuration, type Milliseconds, type Share } from '../model/units.ts';
import { ANSWERS } from './completeness.ts';
import { figure } from './figures.ts';
import { code } from './terms.ts';

/** Objects per request, before the fix and now. */
export interface Change {
  readonly was: number;
  readonly is: number;
}

export function stillThere(confidence: Confidence, change: Change | null, title: string): string {
  return `Still there, ${confidence}${changeWords(change)}: ${title}`;
}

export function maybeThere(change: Change | null, title: string): string {
  return `It may still be there (possible)${changeWords(change)}: ${title} A longer run (--minutes) would show it.`;
}

/** The holder of the first run is fixed, and the same leaks elsewhere. */
export function heldElsewhere(confidence: Confidence, change: Change | null, title: string): string {
  return `Still there, ${confidence}, but with another holder than in the first run${changeWords(change)}: ${title}`;
}

export function maybeElsewhere(change: Change | null, title: string): string {
  return `It may still be there (possible), but with another holder than in the first run${changeWords(change)}: ${title} A longer run (--minutes) would show it.`;
}

/** A leak of another class and another pace: it may be what became of the first. */
export function otherLeak(confidence: Confidence, title: string): string {
  return `Not seen at its holder, but this run has a new leak, ${confidence}: ${title} Fix it and verify again: the new leak may be the same one.`;
}

/** Memory grows, and its holder is unknown. */
export function maybeNameless(title: string): string {
  return `It may still be there: ${title} A longer run (--minutes) would show it.`;
}

export function notEnoughData(reasons: readonly string[]): string {
  return `Not enough data: ${reasons.join('; ')}.`;
}

export function gone(durationMs: Milliseconds, requests: number): string {
  return `Gone: in ${formatDuration(durationMs)} and ${figure(requests)} requests it did not appear.`;
}

/** The finding is gone, and the run fails by something else. */
export function otherFailures(failed: readonly { readonly words: string }[]): string {
  return `The run still fails, because of another finding or threshold (exit code 1 of \`profiler check\`): ${failed.map(({ words }) => words).join('; ')}.`;
}

/** Why a run in which the finding is not seen cannot say that it is gone. */
export const WHY_NOT = {
  noCheck: (kind: string): string => `no check of a soak finds ${kind}`,
  noRequests: 'no request came in this run: nothing could have leaked',
  checkMissing: (check: string): string => `${check}: this check did not run`,
  checkOpen: (check: string, detail: string): string => `${check}: ${detail}`,
  fewSnapshots: 'it was found in heap snapshots, and this run has fewer than two',
  limitOpen: (holder: string): string =>
    `the threshold on ${holder} was not measured in this run: set it with --slo or in the scenario`,
  requestMissing: (name: string, before: number, isDriven: boolean): string =>
    `request ${code(name)}, which the first run ${isDriven ? 'made' : 'saw'} ${formatCount(before)} times, was not ${isDriven ? 'made' : 'seen'} in this run: drive it with ${isDriven ? 'the scenario of the first run' : 'a scenario'}`,
  outcomeMissing: (name: string, outcome: 'failed' | 'aborted', before: number, now: number): string =>
    `it came with ${code(name)} requests that ${outcome === 'failed' ? 'failed' : 'were aborted'}: ${formatCount(before)} of them in the first run, ${now === 0 ? 'none' : formatCount(now)} in this run: repeat them`,
  requestFailed: (name: string, errors: number, count: number): string =>
    `request ${code(name)} failed in ${formatCount(errors)} of ${formatCount(count)} cases, so its part of the work was not done`,
  otherAnswers: (name: string, was: AnswerKind, is: AnswerKind): string =>
    `request ${code(name)} was answered with ${ANSWERS[was]} in the first run and with ${ANSWERS[is]} in this run: the service did not run the same code`,
  fewObjects: (perRequest: number, objects: number, wanted: number): string =>
    `at ${figure(perRequest)} per request, only ${figure(Math.floor(objects))} objects would have piled up in this run, and ${figure(Math.ceil(wanted))} are needed to see it: run longer (--minutes), or with more load`,
  fewRequests: (share: Share, least: Share): string =>
    `this run made ${figure(100 * share)} % of the requests of the first run, and at least ${100 * least} % are needed: run longer (--minutes), or with more load`,
} as const;

/** ` (1.00 per request before, 0.98 now)`. */
function changeWords(change: Change | null): string {
  return change === null ? '' : ` (${figure(change.was)} per request before, ${figure(change.is)} now)`;
}
