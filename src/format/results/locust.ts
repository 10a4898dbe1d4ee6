import type { Share } from '../../model/units.ts';
import { cellAt, csvReader } from './csv-rows.ts';
import type { ResultFormat, ResultSummary } from './load-result.ts';

const AGGREGATED = 'Aggregated';

/** Columns such as `95%` and their positions; `100%` is the slowest request. */
function percentileColumns(head: readonly string[]): (readonly [share: Share, column: number])[] {
  return head.flatMap((name, column) => {
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(name)?.[1];
    return percent === undefined ? [] : [[Number(percent) / 100, column] as const];
  });
}

function quantilesOf(
  cells: readonly string[],
  columns: readonly (readonly [Share, number])[],
): ResultSummary['quantiles'] {
  return columns.flatMap(([share, column]) => {
    const text = cellAt(cells, column);
    // `N/A` where nothing was answered.
    const latencyMs = text === '' ? Number.NaN : Number(text);
    return Number.isFinite(latencyMs) ? [[share, latencyMs] as const] : [];
  });
}

/** `X_stats.csv` of `locust --csv X`: the whole run, one row per request name; it does not say when that was. */
export const locustStats: ResultFormat = {
  id: 'locust-stats',
  title: 'Locust totals (_stats.csv)',
  matches: ({ firstLine }) => firstLine.startsWith('Type,Name,Request Count,Failure Count'),
  open: (sink) => {
    let head: readonly string[] | null = null;
    let percentiles: readonly (readonly [Share, number])[] = [];
    return csvReader(sink, (cells) => {
      if (head === null) {
        head = cells;
        percentiles = percentileColumns(cells);
        sink.note('totals of Locust have no course over time: _stats_history.csv has one');
        return;
      }
      const cell = (name: string): string => cellAt(cells, head?.indexOf(name));
      const [type, name] = [cell('Type'), cell('Name')];
      if (name === AGGREGATED && type === '') return;
      const count = Number(cell('Request Count'));
      const ratePerSecond = Number(cell('Requests/s'));
      if (!Number.isFinite(count)) return sink.damage('a row without a count');
      if (count === 0) return;
      const lowest = Number(cell('Min Response Time'));
      sink.summary({
        name,
        startWallMs: null,
        durationMs: ratePerSecond > 0 ? (1000 * count) / ratePerSecond : 1000,
        count,
        errors: Number(cell('Failure Count')) || 0,
        errorKinds: {},
        quantiles: [...(Number.isFinite(lowest) ? [[0, lowest] as const] : []), ...quantilesOf(cells, percentiles)],
      });
    });
  },
};

interface Progress {
  readonly wallMs: number;
  readonly count: number;
  readonly errors: number;
}

/**
 * `X_stats_history.csv`: a row per second, with totals so far and percentiles of the last ten seconds or so. The difference
 * of two rows is what happened between them. Rows by request name are there with --csv-full-history only; where they
 * are, the aggregated ones would count everything twice.
 */
export const locustHistory: ResultFormat = {
  id: 'locust-history',
  title: 'Locust course over time (_stats_history.csv)',
  matches: ({ firstLine }) => firstLine.startsWith('Timestamp,User Count,Type,Name'),
  open: (sink) => {
    let head: readonly string[] | null = null;
    let percentiles: readonly (readonly [Share, number])[] = [];
    const before = new Map<string, Progress>();
    let aggregated: ResultSummary[] = [];
    let hasNames = false;
    const onRow = (cells: readonly string[]): void => {
      if (head === null) {
        head = cells;
        percentiles = percentileColumns(cells);
        sink.note('percentiles of a second are those that Locust gives for the ten seconds before it');
        return;
      }
      const cell = (name: string): string => cellAt(cells, head?.indexOf(name));
      const name = cell('Name');
      const now: Progress = {
        wallMs: 1000 * Number(cell('Timestamp')),
        count: Number(cell('Total Request Count')),
        errors: Number(cell('Total Failure Count')),
      };
      if (!Object.values(now).every((value) => Number.isFinite(value))) {
        sink.damage('a row that is cut off');
        return;
      }
      const key = `${cell('Type')} ${name}`;
      const earlier = before.get(key);
      before.set(key, now);
      const startWallMs = earlier?.wallMs ?? now.wallMs - 1000;
      const count = now.count - (earlier?.count ?? 0);
      if (count <= 0 || now.wallMs <= startWallMs) {
        // Counted with the next row: nothing of it is lost.
        if (earlier && count > 0) before.set(key, earlier);
        return;
      }
      const summary: ResultSummary = {
        name: name === AGGREGATED ? 'all requests' : name,
        startWallMs,
        durationMs: now.wallMs - startWallMs,
        count,
        errors: Math.min(count, Math.max(0, now.errors - (earlier?.errors ?? 0))),
        errorKinds: {},
        quantiles: quantilesOf(cells, percentiles),
      };
      if (name !== AGGREGATED) {
        hasNames = true;
        aggregated = [];
        sink.summary(summary);
      } else if (!hasNames) aggregated.push(summary);
    };
    return csvReader(sink, onRow, () => {
      for (const summary of aggregated) sink.summary(summary);
    });
  },
};
