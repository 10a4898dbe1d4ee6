import { type Bytes, formatBytes, type Share } from '../../model/units.ts';
import { percent } from '../figures.ts';
import { code } from '../terms.ts';

export const NOT_OFFERED = 'no answer of text to a request that offers compression was seen';
export const AGAINST = 'A proxy or load balancer in front of the service may already compress the responses.';
export const ADVICE =
  'Compress in the proxy in front, or in the service (`compression` for Express, `@fastify/compress`, `koa-compress`), from about 1 KB on. Compress static content once, in advance.';

export function looked(plain: number, all: number): string {
  return `${plain} of ${all} requests with answers of text have large ones that come uncompressed`;
}

export function title(saved: Share): string {
  return `Large answers of text are sent uncompressed; gzip makes them ${percent(saved)} smaller.`;
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
  return `${code(request)}: ${formatBytes(meanBytes)} an answer; none of ${answers} came compressed although the request offered it (${code('accept-encoding')}). gzip makes ${formatBytes(gzipBytes)} of it.`;
}

export function gain(saved: { readonly bytesPerSecond: number; readonly of: number }): string {
  return `${formatBytes(saved.bytesPerSecond)} a second less to send at this load (of ${formatBytes(saved.of)}), and shorter answers for clients that are far away. It costs CPU: some milliseconds for each 100 KB.`;
}

export function check(saved: Share): string {
  return `In the next run the answers should be about ${percent(saved)} smaller: ${code("curl --compressed -so /dev/null -w '%{size_download}' URL")}.`;
}
