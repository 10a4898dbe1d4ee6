import { type Bytes, formatBytes, type Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { code } from '../terms.ts';

export const AGAINST = 'Other work on the same line is counted too.';
export const ADVICE =
  'Send fewer fields or fewer rows per request, cache the text of responses that are sent often, or write large responses as a stream, row by row. A serialiser made from a schema is faster, but still blocks.';
export const CHECK = 'In the next run the line should take a smaller share, and the responses should be smaller.';

export function looked(ofBusy: Share): string {
  return `${percent(ofBusy)} of the busy time is on lines that parse or write JSON`;
}

/** `who`: the function, as text. */
export function title(who: string, ofBusy: Share): string {
  return `Parsing or writing JSON in ${who} takes ${percent(ofBusy)} of the busy time.`;
}

/** `eachMs`: of a request; null if requests were not counted. */
export function timeOnLines(who: string, ofBusy: Share, eachMs: number | null): string {
  const each = eachMs === null ? '' : `, ${figure(eachMs)} ms per request on average`;
  return `${percent(ofBusy)} of the busy time is on lines below ${who} that call ${code('JSON.parse')} or ${code('JSON.stringify')}${each}.`;
}

export function sizeOfAnswers(request: string, meanBytes: Bytes): string {
  return `The responses to ${code(request)} have ${formatBytes(meanBytes)} of JSON each on average.`;
}

export function gain(ofBusy: Share): string {
  return `Up to ${percent(ofBusy)} of the busy time. All other requests wait that much less, since JSON calls cannot be interrupted.`;
}
