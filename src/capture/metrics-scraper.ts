import { type MetricFamily, parsePrometheusText } from '../format/prometheus-text.ts';
import type { Milliseconds } from '../model/units.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { REDACTED } from '../redact/secret-forms.ts';

const MOST_BYTES = 16 * 1024 * 1024;
const ACCEPT = 'text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.8, */*;q=0.1';

/** Reads the metrics that a service itself exposes. Credentials in the URL are sent as basic authentication. */
export class MetricsScraper {
  /** Without credentials and secret parameters: this may be shown and written down. */
  readonly url: string;
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: Milliseconds;

  constructor(url: string, timeoutMs: Milliseconds) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    parsed.username = '';
    parsed.password = '';
    this.#address = parsed.href;
    this.url = redactAddress(url).replace(`${REDACTED}@`, '');
    this.#timeoutMs = timeoutMs;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = {
      accept: ACCEPT,
      ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    };
  }

  /** Throws an Error whose message says in words what was wrong: no answer, another status, not this format, too much. */
  async read(): Promise<MetricFamily[]> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    let text: string;
    try {
      const response = await fetch(this.#address, { headers: this.#headers, signal });
      text = await textOf(response);
      if (!response.ok) throw new Error(`status ${response.status}`);
    } catch (error) {
      throw new Error(signal.aborted ? `no answer within ${this.#timeoutMs} ms` : redactMessage(reasonOf(error)));
    }
    const families = parsePrometheusText(text);
    if (families.length === 0) throw new Error('the response contains no metric');
    return families;
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** fetch hides what happened in the cause of a "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { code, message: deeper } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  return code ?? (deeper || message);
}
