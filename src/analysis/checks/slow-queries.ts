import type { Confidence, Evidence } from '../../model/finding.ts';
import { median } from '../../stats/order-statistics.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/queries.ts';
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
/** Most calls read the table as a whole: the plan is not an exception. */
const MOST_CALLS = 0.5;
const SHOWN = 5;

/** Which queries take long, and is a missing index the reason? */
export const slowQueries: Check = {
  name: 'slow queries',
  run(context) {
    const { database } = context.run;
    const queries = database ? mergeQueries(database) : [];
    if (queries.length === 0) return insufficient(say.NONE_SEEN);
    const allMs = queries.reduce((sum, query) => sum + totalMs(query), 0);
    const slow = queries.filter((query) => isSlow(query) || isWastefulScan(query, allMs));
    const slowest = queries.reduce((top, query) => (meanMs(query) > meanMs(top) ? query : top));
    return found(
      slow.slice(0, SHOWN).map((query) => slowFinding(context, query)),
      say.slowest(shortSql(slowest.text), meanMs(slowest)),
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
  const statement = shortSql(query.text);
  const [scan] = query.scans;
  const route = query.target?.routes[0]?.route ?? null;
  const against = doubts(context, query);
  return {
    id: findingId('slow-query', query.text, ''),
    kind: 'slow-query',
    confidence: confidenceOf(query, against.length > 0),
    severity: isSlow(query) && against.length === 0 ? 'major' : 'minor',
    title: say.slowTitle(statement, meanMs(query), scan?.use ?? null),
    subject: {
      class: statement,
      holder: say.holder(route),
      path: [],
      source: sourceAt(context.run, site),
      package: packageAt(context.run, site),
    },
    growth: null,
    evidence: evidenceOf(query),
    against,
    recommendation: `${scan ? indexAdvice(scan) : ''}${recommend('slow-query', { holder: route ?? '', subject: code(statement) })}`,
  };
}

function confidenceOf(query: KnownQuery, isDoubtful: boolean): Confidence {
  if ((serverMeanMs(query) ?? 0) >= SLOW_MS) return 'confirmed';
  const scanned = query.scans.some(({ use }) => use.seqScans >= MOST_CALLS * callsOf(query));
  if (scanned) return 'confirmed';
  if (query.scans.length > 0) return 'likely';
  return isDoubtful ? 'possible' : 'likely';
}

/** What else may make a query look slow from inside the service. */
function doubts({ trends }: CheckContext, query: KnownQuery): string[] {
  const server = serverMeanMs(query);
  if (server !== null) {
    return server >= SERVER_SHARE * meanMs(query) ? [] : [say.fasterServer(server)];
  }
  const delays = trends.points('loop.delay.p99').map(({ y }) => y);
  return delays.length === 0 || median(delays) < BLOCKED_MS ? [] : [say.lateLoop(median(delays))];
}

function evidenceOf(query: KnownQuery): Evidence[] {
  const { target, targetFile, server, plan, scans } = query;
  const evidence: Evidence[] = [];
  if (target) {
    const { calls, p95Ms, maxMs, slow } = target;
    const seen = { calls, meanMs: meanMs(query), p95Ms, maxMs, slow, rowsEach: rowsPerCall(query) };
    evidence.push({ what: say.seenByService(seen), file: targetFile });
  }
  const mean = serverMeanMs(query);
  if (server && mean !== null) {
    const fromCache = server.blocksHit / Math.max(1, server.blocksHit + server.blocksRead);
    evidence.push({ what: say.seenByServer(server.calls, mean, fromCache), file: 'database/server.json' });
  }
  for (const { use, condition } of scans) {
    const { table, rows, bytes, seqScans: times, seqRows: rowsInAll } = use;
    const what = say.readAsWhole({ table, rows, bytes, condition, times, rowsInAll });
    evidence.push({ what, file: 'database/server.json' });
  }
  if (plan?.error) evidence.push({ what: say.noPlan(plan.error), file: 'database/server.json' });
  return evidence;
}

/** The columns that the plan compares with a parameter. */
function indexAdvice({ use, condition }: WholeRead): string {
  const columns = [...condition.matchAll(/(?:\w+\.)?("[^"]+"|\w+)(?:\)::\w+(?: \w+)*)? (?:=|>=?|<=?) \(?\$\d/g)].map(
    ([, name]) => name ?? '',
  );
  return columns.length === 0 ? '' : `${say.missingIndex(use.table, [...new Set(columns)])} `;
}
