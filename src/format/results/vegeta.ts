import { nameOfUrl } from '../../model/request-name.ts';
import { csvReader } from './csv-rows.ts';
import { jsonLine } from './json-document.ts';
import { type ResultFormat, type ResultSink, statusError } from './load-result.ts';
import { lineReader } from './text-lines.ts';

const NS_PER_MS = 1e6;

interface VegetaResult {
  readonly attack: string;
  readonly code: number;
  readonly error: string;
  readonly method: string;
  readonly url: string;
}

/** `vegeta encode` (--to json): a line per request. */
export const vegetaJson: ResultFormat = {
  id: 'vegeta-json',
  title: 'vegeta results (vegeta encode)',
  matches: ({ firstLine }) => /^\{.*"code"\s*:\s*\d+.*"latency"\s*:\s*\d+/.test(firstLine),
  open: (sink) =>
    lineReader(sink, (line, isTorn) => {
      if (line === '') return;
      const result = jsonLine(line, sink, isTorn);
      if (result === null) return;
      const text = (name: string): string => result.get(name).text ?? '';
      const code = result.get('code').number ?? 0;
      const latencyNs = result.get('latency').number ?? Number.NaN;
      const named = { code, error: text('error'), attack: text('attack'), method: text('method'), url: text('url') };
      record(sink, Date.parse(text('timestamp')), latencyNs, named);
    }),
};

/**
 * `vegeta encode --to csv`: without a head; nanoseconds since 1970, code, nanoseconds, bytes out and in, error, body, name,
 * number, method, address.
 */
export const vegetaCsv: ResultFormat = {
  id: 'vegeta-csv',
  title: 'vegeta results (vegeta encode --to csv)',
  matches: ({ firstLine }) => /^\d{19},\d{1,3},\d+,\d+,\d+,/.test(firstLine),
  open: (sink) =>
    csvReader(sink, (cells) => {
      const [at, code, latency, , , error = '', , attack = '', , method = '', url = ''] = cells;
      record(sink, Number(at) / NS_PER_MS, Number(latency), { code: Number(code), error, attack, method, url });
    }),
};

function record(sink: ResultSink, startWallMs: number, latencyNs: number, result: VegetaResult): void {
  if (!Number.isFinite(startWallMs) || !Number.isFinite(latencyNs)) {
    sink.damage('a result without time or latency');
    return;
  }
  const { code, error, method, url, attack } = result;
  const name = url === '' ? attack || 'all requests' : nameOfUrl(method, url);
  const failed = code < 200 || code >= 400;
  const durationMs = latencyNs / NS_PER_MS;
  sink.request(
    startWallMs + durationMs,
    name,
    durationMs,
    failed ? (code === 0 ? errorWord(error) : statusError(code)) : null,
  );
}

function errorWord(error: string): string {
  if (/timeout|deadline/i.test(error)) return 'timeout';
  return /refused/i.test(error) ? 'ECONNREFUSED' : 'no answer';
}
