import { figure } from './figures.ts';
import { code, lowerFirst } from './terms.ts';

/** The object that owns what is counted gives its name to the finding. */
export function eachHolds(ownerTitle: string, countedTitle: string): string {
  return `${ownerTitle.replace(/\.$/, '')}; each holds what stays open: ${lowerFirst(countedTitle)}`;
}

export function allocatedWhere(name: string, file: string, line: number, called: string): string {
  return `What stays alive with them was allocated where ${code(name)} (${file}:${line}) calls ${code(called)}.`;
}

/** `times`: how many of the follower come with each of the cause. */
export function comeWithEach(causeClass: string, times: number, followerTitle: string): string {
  return `With each ${causeClass} come ${figure(times)} of these: ${followerTitle}`;
}

/** `times`: how many of the cause come with each follower. */
export function manyOfCause(times: number, followerTitle: string): string {
  return `${figure(times)} come with each of these: ${followerTitle}`;
}
