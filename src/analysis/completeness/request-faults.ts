import type { RequestInterval } from '../../model/requests.ts';
import { formatCount } from '../../model/units.ts';
import { errorWords } from '../../words/failures.ts';
import { percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import type { RunView } from '../run-view.ts';
import { countTasks, countTasksByName, haveNearlyAllFailed } from '../task-requests.ts';
import { watchedSpan } from './find-gaps.ts';
import { loadReach, requestsSeen } from './requests-seen.ts';

/** From this share on, a reader of a pass should know that requests fail. */
const TOLD_SHARE = 0.01;
/** A task that was asked less often may have failed by chance. */
const LEAST_ASKED = 10;

/** What of the load was not done: without it, the rest says little. In sentences. */
export interface RequestFaults {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

export function requestFaults(view: RunView): RequestFaults {
  const seen = requestsSeen(view);
  if (seen === 0) return { missing: ['no requests were seen'], notes: [] };
  const { fromMs } = watchedSpan(view);
  const intervals = view.run.requests.filter(({ endMonoMs }) => endMonoMs > fromMs);
  const reach = loadReach(view);
  const failures = failureFaults(intervals);
  return { missing: [...failures.missing, ...reach.missing], notes: [...failures.notes, ...reach.notes] };
}

function failureFaults(intervals: readonly RequestInterval[]): RequestFaults {
  const tasks = countTasks(intervals);
  const { count, errors } = tasks;
  if (haveNearlyAllFailed(tasks)) {
    return {
      missing: [count === errors ? 'every request failed' : `nearly every request failed (${errors} of ${count})`],
      notes: [],
    };
  }
  const failed = [...countTasksByName(intervals)].filter(([, own]) => haveNearlyAllFailed(own));
  const missing = failed
    .filter(([, own]) => own.count >= LEAST_ASKED)
    .map(
      ([name, own]) =>
        `request ${code(name)} failed in ${formatCount(own.errors)} of ${formatCount(own.count)} cases: what it does was not soaked`,
    );
  const words = errorWords(intervals);
  const told = errors >= TOLD_SHARE * Math.max(1, count);
  const notes = told ? [`${percent(errors / count)} of the requests failed${words === null ? '' : `: ${words}`}`] : [];
  return { missing, notes };
}
