import { PROBE_NAME, type RequestInterval } from '../model/requests.ts';

/** From this share on, what was measured is how the service refuses its work. */
const NEARLY_ALL = 0.99;

/** Is it the work of the scenario? A probe, or a login, may be answered by a service that fails at all of its tasks. */
export function isOfTasks({ name, isSetup }: RequestInterval): boolean {
  return name !== PROBE_NAME && isSetup !== true;
}

/** Completed requests of the tasks, and how many of them failed. */
export interface TaskCounts {
  readonly count: number;
  readonly errors: number;
}

export function countTasks(intervals: readonly RequestInterval[]): TaskCounts {
  const own = intervals.filter(isOfTasks);
  return {
    count: own.reduce((sum, { count }) => sum + count, 0),
    errors: own.reduce((sum, { errors }) => sum + errors, 0),
  };
}

export function haveNearlyAllFailed({ count, errors }: TaskCounts): boolean {
  return count > 0 && errors >= NEARLY_ALL * count;
}

/** The same by the name of the request, in order of first appearance. */
export function countTasksByName(intervals: readonly RequestInterval[]): ReadonlyMap<string, TaskCounts> {
  const counts = new Map<string, TaskCounts>();
  for (const { name, count, errors } of intervals.filter(isOfTasks)) {
    const known = counts.get(name) ?? { count: 0, errors: 0 };
    counts.set(name, { count: known.count + count, errors: known.errors + errors });
  }
  return counts;
}
