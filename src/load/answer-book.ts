import type { IncomingHttpHeaders } from 'node:http';
import { gzip } from 'node:zlib';
import type { AnswerTraits } from '../model/requests.ts';
import type { RenderedRequest } from '../scenario/compile-request.ts';
import type { Answer } from './connection.ts';

/** Browsers accept compressed responses. For a scenario that does not say so, one request in this many accepts them. */
const OFFER_EACH = 20;
const OFFER = 'gzip, deflate, br';
/** How many bodies are compressed here, to measure the saving; larger ones are skipped. */
const MOST_SAMPLES = 3;
const LARGEST_SAMPLE_BYTES = 1 << 20;
const TEXT = /^(?:text\/|application\/(?:[\w.-]*\+)?(?:json|xml|javascript)|image\/svg)/i;
const NOT_MODIFIED = 304;
const JSON_TYPE = /^application\/(?:[\w.-]*\+)?json/i;

type Sums = { -readonly [Key in keyof AnswerTraits]-?: number };

/** Keeps books of what the answers of one request name are like: how large, whether compressed, on which connection. */
export class AnswerBook {
  #sums: Sums = noAnswers();
  #requests = 0;
  #samples = 0;

  /**
   * The request as it is to be sent, now and then with the offer to take the answer compressed. Never where the body
   * is looked at (nobody unpacks it here), and never beside an `accept-encoding` of the scenario.
   */
  prepare(
    request: RenderedRequest,
    wantsBody: boolean,
  ): { readonly request: RenderedRequest; readonly takesCompressed: boolean } {
    this.#requests += 1;
    if (wantsBody || request.method !== 'GET' || headerOf(request, 'accept-encoding') !== null) {
      return { request, takesCompressed: false };
    }
    if (this.#requests % OFFER_EACH !== OFFER_EACH / 2) return { request, takesCompressed: false };
    const headers = { ...request.headers, 'accept-encoding': OFFER };
    return { request: { ...request, headers }, takesCompressed: true };
  }

  /** An answer as expected. */
  note(request: RenderedRequest, { status, headers, body, bodyBytes, connectMs }: Answer): void {
    const sums = this.#sums;
    const type = String(headers['content-type'] ?? '');
    sums.answers += 1;
    sums.bodyBytes += bodyBytes;
    if (JSON_TYPE.test(type)) sums.jsonAnswers += 1;
    if (status >= 300 && status < 400 && status !== NOT_MODIFIED) sums.redirects += 1;
    if (isClosed(headers) && !/close/i.test(headerOf(request, 'connection') ?? '')) sums.closed += 1;
    if (connectMs !== null) {
      sums.connects += 1;
      sums.connectMs += connectMs;
    }
    const offer = headerOf(request, 'accept-encoding');
    if (offer === null || offer === 'identity' || bodyBytes === 0 || !TEXT.test(type)) return;
    const encoding = headers['content-encoding'] ?? 'identity';
    sums.compressible += 1;
    if (encoding !== 'identity') sums.compressed += 1;
    else if (body.length > 0 && bodyBytes <= LARGEST_SAMPLE_BYTES) this.#compress(body, bodyBytes);
  }

  /** What was noted since the last time. */
  take(): AnswerTraits {
    const taken = this.#sums;
    this.#sums = noAnswers();
    return taken;
  }

  #compress(body: Buffer, bodyBytes: number): void {
    if (this.#samples >= MOST_SAMPLES) return;
    this.#samples += 1;
    gzip(body, (error, packed) => {
      if (error) return;
      this.#sums.sampleBytes += bodyBytes;
      this.#sums.sampleGzipBytes += packed.length;
    });
  }
}

function noAnswers(): Sums {
  return {
    answers: 0,
    bodyBytes: 0,
    jsonAnswers: 0,
    closed: 0,
    connects: 0,
    connectMs: 0,
    compressible: 0,
    compressed: 0,
    sampleBytes: 0,
    sampleGzipBytes: 0,
    redirects: 0,
  };
}

/** The service says so, or gives the connection no time to be used again. */
function isClosed(headers: IncomingHttpHeaders): boolean {
  return /\bclose\b/i.test(headers.connection ?? '') || /\btimeout=0\b/.test(String(headers['keep-alive'] ?? ''));
}

function headerOf({ headers }: RenderedRequest, name: string): string | null {
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return value;
  return null;
}
