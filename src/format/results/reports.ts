import { nameOfUrl } from '../../model/request-name.ts';
import { formatCount } from '../../model/units.ts';
import type { DocumentFormat, JsonNode } from './json-document.ts';
import { k6Summary } from './k6-summary.ts';
import { type ResultSink, statusError } from './load-result.ts';
import { ALL, type Quantiles, quantiles, wallOf } from './summary-values.ts';

const NS_PER_MS = 1e6;

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
      // The answer was not the one that was expected (-E).
      ...(number('mismatches') > 0 ? [['expectation', number('mismatches')]] : []),
    ]);
    const count =
      (latency.get('totalCount').number ?? document.get('requests', 'total').number ?? 0) + number('errors');
    sink.note('autocannon rounds to whole milliseconds; with -R its percentiles miss stalls (docs/other-tools.md)');
    sink.summary({
      name: nameOfUrl('', document.get('url').text ?? ALL),
      startWallMs: wallOf(document.get('start').text),
      durationMs: 1000 * number('duration'),
      count,
      // An answer may have both the wrong status and the wrong body.
      errors: Math.min(count, number('non2xx') + number('errors') + number('mismatches')),
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
      const unanswered = [...counters].filter(([name]) => /^errors\./.test(name));
      const answeredInAll = parts.reduce((sum, { key }) => sum + (summaries.get(key, 'count').number ?? 0), 0);
      const unmetShare = unmetExpectations(counters) / Math.max(1, answeredInAll);
      if (unmetShare > 0 && parts.length > 1)
        sink.note('Artillery does not say which requests failed an expectation: all have their part of them');
      // Beyond `maxVusers`: they were to come and did not.
      const dropped = counters.get('vusers.skipped') ?? 0;
      for (const [i, { name, prefix, key }] of parts.entries()) {
        const latency = summaries.get(key);
        const answered = latency.get('count').number ?? 0;
        const unmet = Math.min(answered, Math.round(unmetShare * answered));
        const failed = [
          ...failedStatuses(counters, `${prefix}codes.`),
          ...(unmet > 0 ? [['expectation', unmet] as const] : []),
        ];
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
          ...(dropped > 0 && i === 0 ? { dropped } : {}),
          quantiles: percentilesOf(latency),
        });
      }
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
    artilleryVerdict(document.get('aggregate', 'counters'), sink);
  },
};

/** Expectations of its plug-in that an answer did not meet, but for those that it reports as errors too. */
function unmetExpectations(counters: ReadonlyMap<string, number>): number {
  const reported = [...counters].filter(([name]) => /^errors\..*expectation/i.test(name));
  const failed = counters.get('plugins.expect.failed') ?? 0;
  return Math.max(0, failed - reported.reduce((sum, [, count]) => sum + count, 0));
}

function artilleryVerdict(counters: JsonNode, sink: ResultSink): void {
  const number = (name: string): number => counters.get(name).number ?? 0;
  const [failed, created] = [number('vusers.failed'), number('vusers.created')];
  if (failed > 0)
    sink.verdict(`Artillery: ${formatCount(failed)} of ${formatCount(Math.max(failed, created))} virtual users failed`);
  const [unmet, met] = [number('plugins.expect.failed'), number('plugins.expect.ok')];
  if (unmet > 0)
    sink.verdict(`Artillery: ${formatCount(unmet)} of ${formatCount(unmet + met)} expectations were not met`);
}

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

export const DOCUMENT_FORMATS: readonly DocumentFormat[] = [autocannon, artillery, vegetaReport, k6Summary];
