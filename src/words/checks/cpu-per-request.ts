import type { SourcePlace } from '../../model/profiles.ts';
import type { Microseconds, Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { code } from '../terms.ts';

export const CPU_TIME = 'CPU time per request';
export const TOO_FEW = 'too few samples with requests for a trend';
export const AGAINST =
  'Two windows are compared. Data that grows on purpose, or a different mix of requests, looks the same.';

/** `gained`: of the CPU time that a request took at first. */
export function title(name: string, gained: Share): string {
  return `${code(name)} costs more CPU the longer the service runs: the increase is ${percent(gained)} of the CPU time that a request took at first.`;
}

export function withCalls(name: string, firstUs: Microseconds, lastUs: Microseconds): string {
  return `With all it calls, ${code(name)} took ${figure(firstUs)} us per request in the first window and ${figure(lastUs)} in the last.`;
}

export interface SlowerFunction {
  readonly name: string;
  readonly place: SourcePlace | null;
  readonly beforeSelfUs: Microseconds;
  readonly selfUs: Microseconds;
}

/** `per`: what the times are divided by; a second of CPU if requests were not counted. */
export function slower({ name, place, beforeSelfUs, selfUs }: SlowerFunction, per: 'request' | 'second'): string {
  const [unit, scale] = per === 'request' ? ['us per request', 1] : ['ms a second of CPU', 1000];
  const where = place ? ` (${place.file}:${place.line})` : '';
  return `${code(name)}${where} took ${figure(beforeSelfUs / scale)} ${unit} in the first window and ${figure(selfUs / scale)} in the last.`;
}
