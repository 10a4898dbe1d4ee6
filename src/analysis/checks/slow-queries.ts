import type { Confidence, Evidence } from '../../model/finding.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { median } from '../../stats/order-statistics.ts';
import { recommend } from '../../words/advice.ts';
import { figure, percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import {
  callsOf,
  type KnownQuery,
  meanMs,
  mergeQueries,
  rowsPerCall,
  serverMeanMs,
  siteOf,
  totalMs,
  type WholeRead,
} from '../queries/merge-queries.ts';
import { packageAt, shortSql, sourceAt } from '../queries/query-subject.ts';

const SLOW_MS = 100;
/** So many of the calls in the slow-query log are no accident. */
const SLOW_SHARE = 0.05;
/** One slow migration or report is no pattern. */
const LEAST_CALLS = 3;
/** Where a table is read as a whole: from here on an index is worth its upkeep. */
const SCAN_MS = 5;
const SCAN_SHARE = 0.2;
const SCAN_CALLS = 10;
/** A loop that is held up this long makes quick answers look slow. */
const BLOCKED_MS = 50;
/** The server's share of what the service waits, below which the time is lost elsewhere. */
const SERVER_SHARE = 0.5;
const SHOWN = 5;

/** Which queries take long, and is a missing index the reason? */
export const slowQueries: Check = {
  name: 'slow queries',
  run(context) {
    const { database } = context.run;
    const queries = database ? mergeQueries(database) : [];
    if (queries.length === 0) return insufficient('no query was seen');
    const allMs = queries.reduce((sum, query) => sum + totalMs(query), 0);
    const slow = queries.filter((query) => isSlow(query) || isWastefulScan(query, allMs));
    const slowest = queries.reduce((top, query) => (meanMs(query) > meanMs(top) ? query : top));
    return found(
      slow.slice(0, SHOWN).map((query) => slowFinding(context, query)),
      `slowest on average: ${code(shortSql(slowest.text))}, ${figure(meanMs(slowest))} ms`,
    );
  },
};

function isSlow(query: KnownQuery): boolean {
  if (callsOf(query) < LEAST_CALLS) return false;
  const slowCalls = query.target?.slow ?? 0;
  const often = slowCalls >= LEAST_CALLS && slowCalls >= SLOW_SHARE * callsOf(query);
  if (meanMs(query) >= SLOW_MS || (serverMeanMs(query) ?? 0) >= SLOW_MS) return true;
  // Now and then: where the server was asked, it must have been seen at it, for the way and the service may be slow too.
  return often && (query.server === null || (query.observed?.longestMs ?? 0) >= SLOW_MS);
}

function isWastefulScan(query: KnownQuery, allMs: number): boolean {
  if (query.scans.length === 0 || callsOf(query) < SCAN_CALLS) return false;
  return (serverMeanMs(query) ?? meanMs(query)) >= SCAN_MS || totalMs(query) >= SCAN_SHARE * allMs;
}

function slowFinding(context: CheckContext, query: KnownQuery): FindingDraft {
  const site = siteOf(query);
  const statement = code(shortSql(query.text));
  const [scan] = query.scans;
  const route = query.target?.routes[0]?.route ?? null;
  const against = doubts(context, query);
  return {
    id: findingId('slow-query', query.text, ''),
    kind: 'slow-query',
    confidence: confidenceOf(query, against.length > 0),
    severity: isSlow(query) && against.length === 0 ? 'major' : 'minor',
    title: `${statement} takes ${figure(meanMs(query))} ms on average${scan ? `: it reads all ${formatCount(Math.round(scan.use.rows))} rows of ${code(scan.use.table)} each time` : ''}.`,
    subject: {
      class: shortSql(query.text),
      holder: route === null ? 'queries of the database' : `requests ${route}`,
      path: [],
      source: sourceAt(context.run, site),
      package: packageAt(context.run, site),
    },
    growth: null,
    evidence: evidenceOf(query),
    against,
    recommendation: `${scan ? indexAdvice(scan) : ''}${recommend('slow-query', { holder: route ?? '', subject: statement })}`,
  };
}

function confidenceOf(query: KnownQuery, isDoubtful: boolean): Confidence {
  if ((serverMeanMs(query) ?? 0) >= SLOW_MS) return 'confirmed';
  const scanned = query.scans.some(({ use }) => use.seqScans >= 0.5 * callsOf(query));
  if (scanned) return 'confirmed';
  if (query.scans.length > 0) return 'likely';
  return isDoubtful ? 'possible' : 'likely';
}

/** What else may make a query look slow from inside the service. */
function doubts({ trends }: CheckContext, query: KnownQuery): string[] {
  const server = serverMeanMs(query);
  if (server !== null) {
    return server >= SERVER_SHARE * meanMs(query)
      ? []
      : [
          `The server itself needed ${figure(server)} ms a call: the rest is spent on the way, behind other queries of the same connection, or waiting for the event loop.`,
        ];
  }
  const delays = trends.points('loop.delay.p99').map(({ y }) => y);
  if (delays.length === 0 || median(delays) < BLOCKED_MS) return [];
  return [
    `The event loop was held up by ${figure(median(delays))} ms (median of the 99th percentiles): answers that had arrived had to wait.`,
  ];
}

function evidenceOf(query: KnownQuery): Evidence[] {
  const { target, targetFile, server, plan, scans } = query;
  const evidence: Evidence[] = [];
  if (target) {
    evidence.push({
      what: `As the service saw it: ${formatCount(target.calls)} calls, ${figure(meanMs(query))} ms on average, 95 % within ${figure(target.p95Ms)} ms, ${figure(target.maxMs)} ms at most; ${percent(target.slow / Math.max(1, target.calls))} in the slow-query log; ${figure(rowsPerCall(query))} rows a call.`,
      file: targetFile,
    });
  }
  const mean = serverMeanMs(query);
  if (server && mean !== null) {
    evidence.push({
      what: `As the server saw it: ${formatCount(server.calls)} calls, ${figure(mean)} ms on average; ${percent(server.blocksHit / Math.max(1, server.blocksHit + server.blocksRead))} of the blocks from its cache.`,
      file: 'database/server.json',
    });
  }
  for (const { use, condition } of scans) {
    evidence.push({
      what: `Its plan reads ${code(use.table)} as a whole (${formatCount(Math.round(use.rows))} rows, ${formatBytes(use.bytes)}) and keeps what fits ${code(condition)}. In the run that table was read as a whole ${formatCount(use.seqScans)} times, ${formatCount(use.seqRows)} rows in all.`,
      file: 'database/server.json',
    });
  }
  if (plan?.error) evidence.push({ what: `No plan could be made: ${code(plan.error)}.`, file: 'database/server.json' });
  return evidence;
}

/** The columns that the plan compares with a parameter. */
function indexAdvice({ use, condition }: WholeRead): string {
  const columns = [...condition.matchAll(/(?:\w+\.)?("[^"]+"|\w+)(?:\)::\w+(?: \w+)*)? (?:=|>=?|<=?) \(?\$\d/g)].map(
    ([, name]) => name ?? '',
  );
  if (columns.length === 0) return '';
  const index = `create index concurrently on ${use.table} (${[...new Set(columns)].join(', ')})`;
  return `There is no index that serves this condition: try ${code(index)}. `;
}
