import { type Bytes, formatBytes, type Share } from '../../model/units.ts';
import { percent } from '../figures.ts';
import { code } from '../terms.ts';

export const NOT_OFFERED = 'no text response to a request that offers compression was seen';
export const AGAINST = 'A proxy or load balancer in front of the service may already compress the responses.';
export const ADVICE =
  'Compress in the proxy in front, or in the service (`compression` for Express, `@fastify/compress`, `koa-compress`), from about 1 KB on. Compress static content once, in advance.';

export function looked(plain: number, all: number): string {
  return `${plain} of ${all} requests with text responses have large ones that are not compressed`;
}

export function title(saved: Share): string {
  return `Large text responses are sent uncompressed; gzip makes them ${percent(saved)} smaller.`;
}

export interface PlainAnswers {
  readonly request: string;
  readonly meanBytes: Bytes;
  /** What gzip makes of them. */
  readonly gzipBytes: Bytes;
  /** How many could have come compressed. */
  readonly answers: number;
}

export function plainAnswers({ request, meanBytes, gzipBytes, answers }: PlainAnswers): string {
  return `${code(request)}: ${formatBytes(meanBytes)} per response; none of ${answers} was compressed although the request offered it (${code('accept-encoding')}). With gzip it is ${formatBytes(gzipBytes)}.`;
}

export function gain(saved: { readonly bytesPerSecond: number; readonly of: number }): string {
  return `${formatBytes(saved.bytesPerSecond)} per second less to send at this load (of ${formatBytes(saved.of)}), and faster responses for distant clients. It costs CPU: some milliseconds for each 100 KB.`;
}

export function check(saved: Share): string {
  return `In the next run the responses should be about ${percent(saved)} smaller: ${code("curl --compressed -so /dev/null -w '%{size_download}' URL")}.`;
}
