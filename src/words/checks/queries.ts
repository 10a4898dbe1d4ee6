import { type Bytes, formatBytes, formatCount, type Milliseconds, type Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { code } from '../terms.ts';

/** Of both checks of queries: slow ones, and queries in a loop. Statements are short ones. */
export const NONE_SEEN = 'no query was seen';

/** `route`: null if queries were not told apart by request. */
export function holder(route: string | null): string {
  return route === null ? 'queries of the database' : `requests ${route}`;
}

export function slowest(statement: string, meanMs: Milliseconds): string {
  return `slowest on average: ${code(statement)}, ${figure(meanMs)} ms`;
}

/** A table that is read as a whole by each call. */
export interface WholeTable {
  readonly table: string;
  readonly rows: number;
}

export function slowTitle(statement: string, meanMs: Milliseconds, scan: WholeTable | null): string {
  const reads = scan
    ? `: it reads all ${formatCount(Math.round(scan.rows))} rows of ${code(scan.table)} each time`
    : '';
  return `${code(statement)} takes ${figure(meanMs)} ms on average${reads}.`;
}

export function fasterServer(ms: Milliseconds): string {
  return `The server itself needed ${figure(ms)} ms per call: the rest is spent on the network, behind other queries of the same connection, or waiting for the event loop.`;
}

export function lateLoop(ms: Milliseconds): string {
  return `The event loop was delayed by ${figure(ms)} ms (median of the 99th percentiles): results that had arrived had to wait.`;
}

export interface SeenByService {
  readonly calls: number;
  readonly meanMs: Milliseconds;
  readonly p95Ms: Milliseconds;
  readonly maxMs: Milliseconds;
  /** How many are in the slow-query log. */
  readonly slow: number;
  readonly rowsEach: number;
}

export function seenByService({ calls, meanMs, p95Ms, maxMs, slow, rowsEach }: SeenByService): string {
  return `As the service saw it: ${formatCount(calls)} calls, ${figure(meanMs)} ms on average, 95 % within ${figure(p95Ms)} ms, ${figure(maxMs)} ms at most; ${percent(slow / Math.max(1, calls))} in the slow-query log; ${figure(rowsEach)} rows per call.`;
}

export function seenByServer(calls: number, meanMs: Milliseconds, fromCache: Share): string {
  return `As the server saw it: ${formatCount(calls)} calls, ${figure(meanMs)} ms on average; ${percent(fromCache)} of the blocks from its cache.`;
}

export interface ReadAsWhole extends WholeTable {
  readonly bytes: Bytes;
  readonly condition: string;
  readonly times: number;
  readonly rowsInAll: number;
}

export function readAsWhole({ table, rows, bytes, condition, times, rowsInAll }: ReadAsWhole): string {
  return `Its plan reads ${code(table)} as a whole (${formatCount(Math.round(rows))} rows, ${formatBytes(bytes)}) and keeps what matches ${code(condition)}. In the run that table was read as a whole ${formatCount(times)} times, ${formatCount(rowsInAll)} rows in all.`;
}

export function noPlan(error: string): string {
  return `No plan could be made: ${code(error)}.`;
}

export function missingIndex(table: string, columns: readonly string[]): string {
  return `There is no index that serves this condition: try ${code(`create index concurrently on ${table} (${columns.join(', ')})`)}.`;
}

/** Queries in a loop. */
export const KEYS_FROM_ELSEWHERE =
  'No query was seen that returns the rows for these calls. The keys may come from elsewhere.';
export const ALL_REQUESTS =
  'Calls were divided by all requests of the run: other users of the database are counted too.';

export function tooFewRequests(least: number): string {
  return `no query belonged to at least ${least} requests`;
}

export function mostCalls(each: number, statement: string): string {
  return `most calls in one request: ${figure(each)} of ${code(statement)}`;
}

export function eachOf(route: string | null): string {
  return route === null ? 'each request' : `each ${code(route)}`;
}

/** `forRows`: another query was seen whose rows are gone through. */
export function loopTitle(statement: string, each: number, route: string | null, forRows: boolean): string {
  return `${code(statement)} runs ${figure(each)} times in ${eachOf(route)}${forRows ? ': once for each row of another query' : ''}.`;
}

export interface LoopCalls {
  readonly callsEach: number;
  readonly requests: number;
  /** In one request; null if that was not seen. */
  readonly maxCalls: number | null;
  readonly msEach: Milliseconds;
}

export function loopCalls({ callsEach, requests, maxCalls, msEach }: LoopCalls): string {
  const most = maxCalls === null ? '' : `, ${formatCount(maxCalls)} at most in one`;
  return `${figure(callsEach)} calls per request over ${formatCount(requests)} requests${most}; ${figure(msEach)} ms of each request.`;
}

export function rowsOfParent(statement: string, rowsEach: number): string {
  return `${code(statement)} returns ${figure(rowsEach)} rows per request: one call for each of them.`;
}

export function countedByServer(calls: number, meanMs: Milliseconds): string {
  return `The server counted ${formatCount(calls)} calls of ${figure(meanMs)} ms: most of the time is the network round trip.`;
}
