import type { Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';
import { code } from '../terms.ts';

export const TOO_FEW = 'too few responses to the load of the profiler were examined';
export const TITLE =
  'The service closes the connection after each response, so every request has to open a new connection.';
export const AGAINST =
  'A proxy in front of the service may close the connection instead; then the header is set there.';
export const ADVICE =
  'Remove what sets `connection: close` (a middleware, a proxy, `server.keepAliveTimeout` or `maxRequestsPerSocket` set too low), and keep `keepAliveTimeout` above that of the load balancer in front.';
export const CHECK =
  'In the next run the responses should no longer carry `connection: close`: `curl -v URL URL` says "Re-using existing connection".';

export function looked(closed: Share): string {
  return `${percent(closed)} of the responses closed their connection`;
}

export function closing(closed: Share, requests: readonly string[]): string {
  return `${percent(closed)} of the responses to ${requests.map(code).join(', ')} closed their connection (${code('connection: close')}) although the request did not ask for it.`;
}

export function connecting(ms: number): string {
  return `Connecting took ${figure(ms)} ms on average, before each request.`;
}

/** `connectMs`: null if no connection was timed. */
export function gain(connectMs: number | null): string {
  const saved = connectMs === null ? 'The time to connect' : `${figure(connectMs)} ms`;
  return `${saved} for each request here. Over a network it is one round trip, with TLS two or three, and the CPU of each handshake on both sides.`;
}
