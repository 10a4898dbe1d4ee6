import type { Microseconds, Milliseconds, Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { capital, code } from '../terms.ts';

export const AGAINST = 'A hot function is not a defect by itself: it may be the main work of the service.';

/** `who`: the function, as text. */
export function most(who: string, ofBusy: Share, ofCore: Share): string {
  return `${who} takes the most time, ${percent(ofBusy)} of the busy time and ${percent(ofCore)} of a core`;
}

export function blockingTitle(who: string, ms: Milliseconds): string {
  return `${capital(who)} blocks the event loop for ${figure(ms)} ms at a time; every other request waits for it.`;
}

export function longStretches(count: number, longestUs: Microseconds, ofTime: Share): string {
  return `It ran ${count} times for 50 ms or more without a break, the longest ${figure(longestUs / 1000)} ms (calls that follow each other without a break count as one): ${percent(ofTime)} of all time.`;
}

export function lateLoop(late: number, of: number, medianMs: Milliseconds): string {
  return `The event-loop delay was 50 ms or more in ${late} of ${of} samples under load; their median was ${figure(medianMs)} ms.`;
}

export function blockingGain(ms: Milliseconds): string {
  return `Expected gain: other requests no longer wait ${figure(ms)} ms and more for it.`;
}

export function hotTitle(who: string, ofBusy: Share, ofCore: Share): string {
  return `${capital(who)} takes ${percent(ofBusy)} of the busy time, ${percent(ofCore)} of a core.`;
}

/** `eachMs`: of a request; null if requests were not counted. */
export function withCalls(ofBusy: Share, eachMs: Milliseconds | null): string {
  const each = eachMs === null ? '' : `, ${figure(eachMs)} ms per request on average`;
  return `With the packages and the native code that it calls: ${percent(ofBusy)} of the busy time${each}.`;
}

export function hotGain(ofBusy: Share): string {
  return `Expected gain: half of its cost is ${percent(ofBusy / 2)} of the CPU of the service.`;
}

/** `call`: the synchronous call of Node; null for JSON. */
export function goesIntoCall(call: string | null, line: number): string {
  const what = call === null ? 'a line that parses or writes JSON' : `the synchronous call ${code(call)}`;
  return `Most of it goes into ${what} (line ${line}).`;
}

export function goesIntoFunction(name: string, packageName: string | null): string {
  return `Most of it goes into ${code(name)}${packageName === null ? '' : ` of ${code(packageName)}`}.`;
}
