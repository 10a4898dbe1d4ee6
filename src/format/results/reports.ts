import type { DocumentFormat, JsonNode } from './json-document.ts';
import { type ResultSummary, statusError } from './load-result.ts';
import { nameOfUrl } from './request-name.ts';

const ALL = 'all requests';
const NS_PER_MS = 1e6;

type Quantiles = ResultSummary['quantiles'];

/** Pairs that are there, in rising order of their share. */
function quantiles(pairs: readonly (readonly [share: number, latencyMs: number | undefined])[]): Quantiles {
  return pairs
    .flatMap(([share, latencyMs]) => (latencyMs === undefined ? [] : [[share, latencyMs] as const]))
    .toSorted((a, b) => a[0] - b[0]);
}

function wallOf(text: string | undefined): number | null {
  const wallMs = Date.parse(text ?? '');
  return Number.isNaN(wallMs) ? null : wallMs;
}

/** `autocannon -j`. Milliseconds, rounded to whole ones by the tool itself. */
const autocannon: DocumentFormat = {
  id: 'autocannon',
  title: 'autocannon (-j)',
  matches: (document) => document.get('2xx').exists && document.get('latency', 'p50').exists,
  read: (document, sink) => {
    const latency = document.get('latency');
    const number = (name: string): number => document.get(name).number ?? 0;
    const percentiles = latency.entries.flatMap(([name, node]) => {
      const percent = /^p(\d+(?:_\d+)?)$/.exec(name)?.[1];
      return percent === undefined ? [] : [[Number(percent.replace('_', '.')) / 100, node.number] as const];
    });
    const statuses = document.get('statusCodeStats').entries;
    const errorKinds = Object.fromEntries([
      ...statuses
        .filter(([status]) => !status.startsWith('2'))
        .map(([status, node]) => [statusError(status), node.get('count').number ?? 0]),
      ...(number('timeouts') > 0 ? [['timeout', number('timeouts')]] : []),
      ...(number('errors') > number('timeouts') ? [['connection', number('errors') - number('timeouts')]] : []),
    ]);
    sink.note('autocannon rounds to whole milliseconds; with -R its percentiles miss stalls (docs/other-tools.md)');
    sink.summary({
      name: nameOfUrl('', document.get('url').text ?? ALL),
      startWallMs: wallOf(document.get('start').text),
      durationMs: 1000 * number('duration'),
      count: (latency.get('totalCount').number ?? document.get('requests', 'total').number ?? 0) + number('errors'),
      errors: number('non2xx') + number('errors'),
      errorKinds,
      quantiles: quantiles([[0, latency.get('min').number], ...percentiles, [1, latency.get('max').number]]),
    });
  },
};

const BY_ENDPOINT = 'plugins.metrics-by-endpoint.';

/** `artillery run -o FILE`: counters and percentiles of each ten seconds, by endpoint where its plug-in ran (it does by default). */
const artillery: DocumentFormat = {
  id: 'artillery',
  title: 'Artillery report (-o)',
  matches: (document) => document.get('aggregate', 'counters').exists && document.get('intermediate').exists,
  read: (document, sink) => {
    for (const period of document.get('intermediate').list) {
      const counters = new Map(period.get('counters').entries.map(([name, node]) => [name, node.number ?? 0]));
      const startWallMs =
        period.get('firstMetricAt').number ?? Number(period.get('period').text ?? period.get('period').number);
      const endWallMs = period.get('lastMetricAt').number ?? startWallMs + 10_000;
      const summaries = period.get('summaries');
      const names = summaries.entries.flatMap(([name]) => {
        const endpoint = name.startsWith(`${BY_ENDPOINT}response_time.`)
          ? name.slice(`${BY_ENDPOINT}response_time.`.length)
          : null;
        return endpoint === null ? [] : [endpoint];
      });
      const parts =
        names.length === 0
          ? [{ name: ALL, prefix: 'http.', key: 'http.response_time' }]
          : names.map((name) => ({
              name,
              prefix: `${BY_ENDPOINT}${name}.`,
              key: `${BY_ENDPOINT}response_time.${name}`,
            }));
      for (const { name, prefix, key } of parts) {
        const latency = summaries.get(key);
        const failed = failedStatuses(counters, `${prefix}codes.`);
        const answered = latency.get('count').number ?? 0;
        sink.summary({
          name,
          startWallMs,
          durationMs: Math.max(1, endWallMs - startWallMs),
          count: answered,
          errors: Math.min(
            answered,
            failed.reduce((sum, [, count]) => sum + count, 0),
          ),
          errorKinds: Object.fromEntries(failed),
          quantiles: percentilesOf(latency),
        });
      }
      const unanswered = [...counters].filter(([name]) => /^errors\./.test(name));
      const count = unanswered.reduce((sum, [, times]) => sum + times, 0);
      if (count === 0) continue;
      sink.summary({
        name: 'requests without an answer',
        startWallMs,
        durationMs: Math.max(1, endWallMs - startWallMs),
        count,
        errors: count,
        errorKinds: Object.fromEntries(unanswered.map(([name, times]) => [name.slice('errors.'.length), times])),
        quantiles: [],
      });
    }
  },
};

function failedStatuses(counters: ReadonlyMap<string, number>, prefix: string): [string, number][] {
  return [...counters].flatMap(([name, count]): [string, number][] => {
    const status = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return Number(status) >= 400 ? [[statusError(status), count]] : [];
  });
}

/** `p50`, `p999`, `median`, `min`, `max`. */
function percentilesOf(latency: JsonNode): Quantiles {
  return quantiles([
    [0, latency.get('min').number],
    ...latency.entries.flatMap(([name, node]) => {
      const digits = /^p(\d{2,})$/.exec(name)?.[1];
      return digits === undefined ? [] : [[Number(`0.${digits}`), node.number] as const];
    }),
    [1, latency.get('max').number],
  ]);
}

/** `vegeta report -type=json`: nanoseconds. */
const vegetaReport: DocumentFormat = {
  id: 'vegeta-report',
  title: 'vegeta report (-type=json)',
  matches: (document) => document.get('latencies', '50th').exists && document.get('status_codes').exists,
  read: (document, sink) => {
    const latencies = document.get('latencies');
    const ms = (name: string): number | undefined => {
      const value = latencies.get(name).number;
      return value === undefined ? undefined : value / NS_PER_MS;
    };
    const failed = document
      .get('status_codes')
      .entries.filter(([status]) => !/^[23]/.test(status))
      .map(([status, node]): [string, number] => [
        status === '0' ? 'no answer' : statusError(status),
        node.number ?? 0,
      ]);
    sink.note('a report of vegeta has no course over time: vegeta encode has one');
    sink.summary({
      name: ALL,
      startWallMs: wallOf(document.get('earliest').text),
      durationMs: (document.get('duration').number ?? 0) / NS_PER_MS,
      count: document.get('requests').number ?? 0,
      errors: failed.reduce((sum, [, count]) => sum + count, 0),
      errorKinds: Object.fromEntries(failed),
      quantiles: quantiles([
        [0, ms('min')],
        [0.5, ms('50th')],
        [0.9, ms('90th')],
        [0.95, ms('95th')],
        [0.99, ms('99th')],
        [1, ms('max')],
      ]),
    });
  },
};

/**
 * k6's summary in its three forms: `--summary-export`, the data of handleSummary, and the machine-readable one of 1.5 and
 * later. Requests by name are in it where a threshold names them: `http_req_duration{name:home}` beside `http_reqs{name:home}`.
 */
const k6Summary: DocumentFormat = {
  id: 'k6-summary',
  title: 'k6 summary',
  matches: (document) => k6Metrics(document).has('http_req_duration'),
  read: (document, sink) => {
    const metrics = k6Metrics(document);
    const durationOf = (metric: JsonNode | undefined): number | undefined => {
      const [count, rate] = [metric?.get('count').number, metric?.get('rate').number];
      return count !== undefined && rate ? (1000 * count) / rate : undefined;
    };
    const statedMs = document.get('state', 'testRunDurationMs').number;
    const durationMs =
      statedMs ?? durationOf(metrics.get('http_reqs')) ?? 1000 * (document.get('config', 'duration').number ?? 0);
    const generatedWallMs = wallOf(document.get('metadata', 'generatedAt').text);
    const named = [...metrics.keys()].flatMap((key) => {
      const tags = /^http_req_duration(\{name:[^}]*\})$/.exec(key)?.[1];
      return tags !== undefined && metrics.get(`http_reqs${tags}`)?.get('count').number ? [tags] : [];
    });
    sink.note('a summary of k6 has no course over time: k6 run --out json=FILE has one');
    for (const tags of named.length > 0 ? named : ['']) {
      const count = metrics.get(`http_reqs${tags}`)?.get('count').number ?? 0;
      const failed = metrics.get(`http_req_failed${tags}`);
      const failedShare = failed?.get('rate').number ?? failed?.get('value').number ?? 0;
      sink.summary({
        name: tags === '' ? ALL : tags.slice('{name:'.length, -1),
        startWallMs: generatedWallMs === null ? null : generatedWallMs - durationMs,
        durationMs,
        count,
        errors: Math.round(failedShare * count),
        errorKinds: {},
        quantiles: k6Quantiles(metrics.get(`http_req_duration${tags}`)),
      });
    }
  },
};

/** The values of each metric, wherever this form of the summary keeps them. */
function k6Metrics(document: JsonNode): ReadonlyMap<string, JsonNode> {
  const list = document.get('results', 'metrics').list;
  if (list.length > 0) return new Map(list.map((metric) => [metric.get('name').text ?? '', metric.get('values')]));
  return new Map(
    document
      .get('metrics')
      .entries.map(([name, metric]) => [name, metric.get('values').exists ? metric.get('values') : metric]),
  );
}

function k6Quantiles(latency: JsonNode | undefined): Quantiles {
  if (!latency) return [];
  return quantiles([
    [0, latency.get('min').number],
    [0.5, latency.get('med').number],
    ...latency.entries.flatMap(([name, node]) => {
      const percent = /^p\((\d+(?:\.\d+)?)\)$/.exec(name)?.[1];
      return percent === undefined ? [] : [[Number(percent) / 100, node.number] as const];
    }),
    [1, latency.get('max').number],
  ]);
}

export const DOCUMENT_FORMATS: readonly DocumentFormat[] = [autocannon, artillery, vegetaReport, k6Summary];
