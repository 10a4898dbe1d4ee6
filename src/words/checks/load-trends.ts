import { code } from '../terms.ts';

/** Checks of latency, errors and throughput. */
export const SERVED = 'The mean response time';
export const RATE = 'The rate of answered requests';
export const RATE_NOUN = 'the rate';
export const FAILED = 'The share of failed requests';
/** Of traffic that is watched. */
export const SERVER_ERRORS = 'The share of requests that the service answered with a status of 500 or more';
/** There is no timeline of requests then. */
export const READ_THE_LOG =
  'Read the log of the service at the time when the share began to rise, for the routes that are named here: the first error of that time is nearest to the cause.';
export const FAILED_NOUN = 'the share of failed requests';
export const TOO_FEW_UNDER_LOAD = 'too few responses under load for a trend';
export const TOO_FEW_SEEN = 'too few responses for a trend';

export function latencyOf(percentile: number, request: string): string {
  return `The ${percentile === 50 ? 'median' : `${percentile}th percentile`} latency of ${code(request)}`;
}

/** `request`: null for all together. */
export function requestDetail(request: string | null, detail: string): string {
  return `${request === null ? 'mean of all requests' : code(request)} ${detail}`;
}

/** `kinds`: the most frequent ones. */
export function whatFailed(kinds: string): string {
  return `What failed: ${kinds}.`;
}

export function followsFromLatency(detail: string): string {
  return `${detail}; it follows from the slower responses above`;
}
