import type { Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { capital, code } from '../terms.ts';

export const NO_PROFILE = 'no CPU profile was taken';
export const AGAINST = 'The profile does not show whether a request makes the call or a background job.';

export function looked(ofBusy: Share): string {
  return `${percent(ofBusy)} of the busy time is in synchronous calls of Node`;
}

/** `who`: the function, as text. */
export function title(who: string, call: string): string {
  return `${capital(who)} calls ${code(call)} under load, which blocks the event loop.`;
}

export function timeInside(ofBusy: Share, ofTime: Share, calls: readonly string[], who: string): string {
  return `${percent(ofBusy)} of the busy time, ${percent(ofTime)} of all time, is spent inside ${calls.map(code).join(', ')} called from ${who}.`;
}

export function perRequest(ms: number): string {
  return `That is ${figure(ms)} ms per request on average.`;
}

export function gain(ofTime: Share): string {
  return `The loop is free for ${percent(ofTime)} more of the time; on a slow or busy disk it is more.`;
}

export function check(call: string, who: string): string {
  return `In the next run the flame graph should no longer show ${code(call)} below ${who}, and the event-loop delay should fall.`;
}

/** By the call: what to use instead. */
export function advice(call: string): string {
  if (/^(?:exec|execFile|spawn)Sync$/.test(call)) {
    return `Replace ${code(call)} by its asynchronous form (${code(`await promisify(${call.replace('Sync', '')})`)}), or keep one child process alive and talk to it.`;
  }
  if (/^(?:pbkdf2|scrypt|hkdf|generateKey|generateKeyPair|argon2)Sync$/.test(call)) {
    return `Use ${code(call.replace('Sync', ''))}: the asynchronous form works on the thread pool and does not block the loop.`;
  }
  if (call.startsWith('zlib')) {
    return 'Use the asynchronous form of `node:zlib` or a stream: both compress on the thread pool.';
  }
  if (/^(?:write|append|truncate|fsync|copy|cp|rename|rm|unlink|mkdir)/.test(call)) {
    return 'Use the form of `node:fs/promises`, or buffer the data and write it through one stream (a logger with a buffer).';
  }
  return 'Read once at the start and keep the result, or use the form of `node:fs/promises`; instead of asking whether a file exists, open it and handle the error.';
}
