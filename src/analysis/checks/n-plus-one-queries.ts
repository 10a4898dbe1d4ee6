import type { Evidence } from '../../model/finding.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/queries.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { callsOf, type KnownQuery, mergeQueries, rowsPerCall, siteOf } from '../queries/merge-queries.ts';
import { packageAt, shortSql, sourceAt } from '../queries/query-subject.ts';
import { requestCount } from '../requests-of-run.ts';

/** Fewer are no pattern: a request may well read a handful of things by their key. */
const LEAST_CALLS_EACH = 5;
const MOST_ROWS_EACH = 1.5;
const LEAST_REQUESTS = 20;
/** The query whose rows are iterated runs once a request; some requests end before it. */
const OFTEN_ENOUGH = 0.5;
/** How near the rows of one query and the calls of the other must come. */
const TOLERANCE = 0.2;
const HEAVY_MS_EACH = 10;
const MANY_CALLS_EACH = 20;
const SHOWN = 5;

/** How often a statement runs in one request, and how sure that is. */
interface Use {
  readonly query: KnownQuery;
  /** Null: over all requests of the run, since queries were not told apart by request. */
  readonly route: string | null;
  readonly requests: number;
  readonly callsEach: number;
  readonly rowsEach: number;
  readonly msEach: number;
  readonly maxCalls: number | null;
}

/** Does one request read row by row what one query could read at once? */
export const nPlusOneQueries: Check = {
  name: 'queries in a loop',
  run(context) {
    const { database } = context.run;
    const queries = database ? mergeQueries(database) : [];
    if (queries.length === 0) return insufficient(say.NONE_SEEN);
    const uses = queries.flatMap((query) => usesOf(context, query));
    if (uses.length === 0) return insufficient(say.tooFewRequests(LEAST_REQUESTS));
    const loops = uses.filter(isLoop).sort((a, b) => b.msEach * b.requests - a.msEach * a.requests);
    const most = uses.reduce((top, use) => (use.callsEach > top.callsEach ? use : top));
    return found(
      loops.slice(0, SHOWN).map((use) => loopFinding(context, use, parentOf(use, uses))),
      say.mostCalls(most.callsEach, shortSql(most.query.text)),
    );
  },
};

function usesOf(context: CheckContext, query: KnownQuery): Use[] {
  const { target, server } = query;
  if (target && target.routes.length > 0) {
    return target.routes
      .filter(({ requests }) => requests >= LEAST_REQUESTS)
      .map(({ route, requests, calls, rows, totalMs, maxCalls }) => ({
        query,
        route,
        requests,
        callsEach: calls / requests,
        rowsEach: rows / Math.max(1, calls),
        msEach: totalMs / requests,
        maxCalls,
      }));
  }
  const requests = requestCount(context);
  if (target || !server || requests < LEAST_REQUESTS) return [];
  const callsEach = callsOf(query) / requests;
  const msEach = server.totalMs / requests;
  return [{ query, route: null, requests, callsEach, rowsEach: rowsPerCall(query), msEach, maxCalls: null }];
}

function isLoop({ query, callsEach, rowsEach }: Use): boolean {
  return callsEach >= LEAST_CALLS_EACH && rowsEach <= MOST_ROWS_EACH && isLookup(query.text);
}

/** One row by its key, from one table: the only kind that a join or a list of keys replaces without more thought. */
function isLookup(text: string): boolean {
  return (
    /^select\b.*\bfrom\b.*\bwhere\b.*[\w"] ?= ?\$\d/i.test(text) &&
    !/\bjoin\b|\bany ?\(|\(\s*select\b|\bfrom\b[^()]*,.*\bwhere\b/i.test(text)
  );
}

/** The query whose rows are gone through: it runs about once a request and gives about as many rows as there are calls. */
function parentOf(loop: Use, uses: readonly Use[]): Use | null {
  const isParent = (use: Use): boolean => {
    const rows = use.callsEach * use.rowsEach;
    return (
      use.query !== loop.query &&
      use.route === loop.route &&
      use.callsEach < LEAST_CALLS_EACH &&
      use.callsEach > OFTEN_ENOUGH &&
      Math.abs(rows - loop.callsEach) <= TOLERANCE * loop.callsEach
    );
  };
  return uses.find(isParent) ?? null;
}

function loopFinding(context: CheckContext, use: Use, parent: Use | null): FindingDraft {
  const { query, route, callsEach, msEach } = use;
  const site = siteOf(query);
  const statement = shortSql(query.text);
  const confidence = parent ? (route === null ? 'likely' : 'confirmed') : route === null ? 'possible' : 'likely';
  return {
    id: findingId('n-plus-one-query', query.text, route ?? ''),
    kind: 'n-plus-one-query',
    confidence,
    severity: msEach >= HEAVY_MS_EACH || callsEach >= MANY_CALLS_EACH ? 'major' : 'minor',
    title: say.loopTitle(statement, callsEach, route, parent !== null),
    subject: {
      class: statement,
      holder: say.holder(route),
      path: [],
      source: sourceAt(context.run, site),
      package: packageAt(context.run, site),
    },
    growth: null,
    evidence: evidenceOf(use, parent),
    against: [...(parent ? [] : [say.KEYS_FROM_ELSEWHERE]), ...(route === null ? [say.ALL_REQUESTS] : [])],
    recommendation: recommend('n-plus-one-query', { holder: say.eachOf(route), subject: code(statement) }),
  };
}

function evidenceOf(use: Use, parent: Use | null): Evidence[] {
  const { query, route } = use;
  const file = route === null ? 'database/server.json' : query.targetFile;
  return [
    { what: say.loopCalls(use), file },
    ...(parent
      ? [{ what: say.rowsOfParent(shortSql(parent.query.text), parent.callsEach * parent.rowsEach), file }]
      : []),
    ...(query.server
      ? [
          {
            what: say.countedByServer(query.server.calls, query.server.totalMs / Math.max(1, query.server.calls)),
            file: 'database/server.json',
          },
        ]
      : []),
  ];
}
