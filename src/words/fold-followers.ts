import { figure } from './figures.ts';
import { code, lowerFirst } from './terms.ts';

/** The object that owns what is counted gives its name to the finding. */
export function eachHolds(ownerTitle: string, countedTitle: string): string {
  return `${ownerTitle.replace(/\.$/, '')}; each holds what stays open: ${lowerFirst(countedTitle)}`;
}

export function allocatedWhere(name: string, file: string, line: number, called: string): string {
  return `The objects that stay alive with them were allocated where ${code(name)} (${file}:${line}) calls ${code(called)}.`;
}

/** `times`: how many of the follower come with each of the cause. */
export function comeWithEach(causeClass: string, times: number, followerTitle: string): string {
  return `Each ${causeClass} comes with ${figure(times)} of these: ${followerTitle}`;
}

/** `times`: how many of the cause come with each follower. */
export function manyOfCause(times: number, followerTitle: string): string {
  return `Each of these comes with ${figure(times)} of them: ${followerTitle}`;
}

export function sameStatementToo(title: string): string {
  return `The same statement adds these too: ${title}`;
}
