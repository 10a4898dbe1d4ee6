import { nameOfUrl } from '../../model/request-name.ts';
import { formatCount } from '../../model/units.ts';
import { cellAt, columnsOf, csvReader } from './csv-rows.ts';
import { type JsonNode, jsonLine } from './json-document.ts';
import { type ResultFormat, type ResultSink, statusError } from './load-result.ts';
import { lineReader } from './text-lines.ts';

const DURATION = 'http_req_duration';
export const DROPPED = 'dropped_iterations';
const CHECKS = 'checks';
const FAILED = 'http_req_failed';

interface Tags {
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly status: string;
  readonly expected_response: string;
  readonly error_code: string;
}

/**
 * `k6 run --out json=FILE`: a line per sample of a metric, some eight a request. Only the duration of requests and dropped
 * iterations matter; the rest is passed over without being parsed. Samples are stamped when the request has ended.
 */
export const k6Json: ResultFormat = {
  id: 'k6-json',
  title: 'k6 samples (--out json)',
  matches: ({ firstLine }) =>
    firstLine.startsWith('{') && /"type"\s*:\s*"(?:Metric|Point)"/.test(firstLine) && firstLine.includes('"metric"'),
  open: (sink) => {
    const checks = new CheckCount();
    const failures = new UntoldFailures();
    const onLine = (line: string, isTorn: boolean) => {
      // A torn line is read whatever it is about: whether it is whole tells whether the file is.
      if (![DURATION, DROPPED, CHECKS, ...failures.asked].some((metric) => line.includes(metric)) && !isTorn) return;
      const sample = jsonLine(line, sink, isTorn);
      if (sample === null || sample.get('type').text !== 'Point') return;
      const data = sample.get('data');
      const wallMs = Date.parse(data.get('time').text ?? '');
      const value = data.get('value').number;
      const metric = sample.get('metric').text;
      if (metric === undefined || ![DURATION, DROPPED, CHECKS, FAILED].includes(metric)) return;
      if (Number.isNaN(wallMs) || value === undefined) return sink.damage('a sample without time or value');
      if (metric === CHECKS) return checks.add(value);
      if (metric === DROPPED) return sink.dropped(wallMs, value);
      if (metric === FAILED) return failures.add(value);
      const tags = tagsOf(data.get('tags'));
      sink.request(wallMs, k6Name(tags), value, failures.judge(tags));
    };
    return lineReader(sink, onLine, () => {
      checks.tell(sink);
      failures.tell(sink);
    });
  },
};

/** Checks of the script: what it expects of a response, apart from the status. */
class CheckCount {
  #passes = 0;
  #fails = 0;

  add(value: number): void {
    if (value === 0) this.#fails += 1;
    else this.#passes += 1;
  }

  tell(sink: ResultSink): void {
    if (this.#fails > 0) sink.verdict(failedChecks(this.#fails, this.#fails + this.#passes));
  }
}

/**
 * What the script expects is not recorded where the tag `expected_response` is switched off. Then the status decides, and
 * `http_req_failed`, a sample beside each duration, says how many failed by the script all the same.
 */
class UntoldFailures {
  #byStatus = 0;
  #byScript = 0;
  #isAsked = false;

  /** The lines that have to be read for it. */
  get asked(): readonly string[] {
    return this.#isAsked ? [FAILED] : [];
  }

  judge(tags: Tags): string | null {
    const error = k6Error(tags);
    if (tags.expected_response !== '') return error;
    this.#isAsked = true;
    if (error !== null) this.#byStatus += 1;
    return error;
  }

  add(value: number): void {
    if (this.#isAsked && value !== 0) this.#byScript += 1;
  }

  tell(sink: ResultSink): void {
    const untold = this.#byScript - this.#byStatus;
    if (untold > 0)
      sink.damage('a failed request whose tags do not tell it (expected_response is switched off)', untold);
  }
}

export function failedChecks(fails: number, checks: number): string {
  return `k6: ${formatCount(fails)} of ${formatCount(checks)} checks failed`;
}

function tagsOf(tags: JsonNode): Tags {
  const text = (name: string): string => tags.get(name).text ?? '';
  return {
    name: text('name'),
    url: text('url'),
    method: text('method'),
    status: text('status'),
    expected_response: text('expected_response'),
    error_code: text('error_code'),
  };
}

const COLUMNS = [
  'metric_name',
  'timestamp',
  'metric_value',
  'error_code',
  'expected_response',
  'method',
  'name',
  'status',
  'url',
] as const;

/** `k6 run --out csv=FILE`: the same as a table; times are whole seconds unless K6_CSV_TIME_FORMAT says otherwise. */
export const k6Csv: ResultFormat = {
  id: 'k6-csv',
  title: 'k6 samples (--out csv)',
  matches: ({ firstLine }) => firstLine.startsWith('metric_name,timestamp,metric_value'),
  open: (sink) => {
    let at: ReturnType<typeof columnsOf<(typeof COLUMNS)[number]>> | null = null;
    const checks = new CheckCount();
    const failures = new UntoldFailures();
    const onRow = (cells: readonly string[]) => {
      if (at === null) {
        at = columnsOf(cells, COLUMNS);
        return;
      }
      const metric = cellAt(cells, at.metric_name);
      if (![DURATION, DROPPED, CHECKS, FAILED].includes(metric)) return;
      const wallMs = wallOf(cellAt(cells, at.timestamp));
      const value = Number(cellAt(cells, at.metric_value));
      if (Number.isNaN(wallMs) || !Number.isFinite(value)) return sink.damage('a row without time or value');
      if (metric === CHECKS) return checks.add(value);
      if (metric === DROPPED) return sink.dropped(wallMs, value);
      if (metric === FAILED) return failures.add(value);
      const tags: Tags = {
        name: cellAt(cells, at.name),
        url: cellAt(cells, at.url),
        method: cellAt(cells, at.method),
        status: cellAt(cells, at.status),
        expected_response: cellAt(cells, at.expected_response),
        error_code: cellAt(cells, at.error_code),
      };
      sink.request(wallMs, k6Name(tags), value, failures.judge(tags));
    };
    return csvReader(sink, onRow, () => {
      checks.tell(sink);
      failures.tell(sink);
    });
  },
};

/** Seconds, milliseconds, micro- or nanoseconds since 1970, or RFC 3339. */
function wallOf(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) return Date.parse(text);
  const value = Number(text);
  const digits = text.replace(/\..*$/, '').length;
  return digits <= 10 ? value * 1000 : value / 10 ** (digits - 13);
}

/** k6 names a request by its address unless the script gives it a name. */
function k6Name({ name, url, method }: Tags): string {
  return name === '' || name === url ? nameOfUrl(method, url || name) : name;
}

/** What the script expects decides (`expected_response`); where it is not recorded, a status of 400 and more fails. */
function k6Error({ status, expected_response, error_code }: Tags): string | null {
  const failed =
    expected_response === '' ? status === '' || status === '0' || Number(status) >= 400 : expected_response === 'false';
  if (!failed) return null;
  return status === '' || status === '0' ? `k6 error ${error_code || 'unknown'}` : statusError(status);
}
