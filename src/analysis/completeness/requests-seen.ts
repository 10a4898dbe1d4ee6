import type { MetricName } from '../../model/metric-catalogue.ts';
import type { Sample } from '../../model/sample.ts';
import { gainedBetween } from '../../stats/counters.ts';
import { notReached, partReached } from '../../words/completeness.ts';
import { connectionsOfClients } from '../heap/follows-connections.ts';
import type { RunView } from '../run-view.ts';
import { countTasks } from '../task-requests.ts';
import { watchedSpan } from './find-gaps.ts';

/**
 * Requests while the run was judged, those of this tool itself (which reads metrics, or probes) and the set-up of users left
 * out. Null if they cannot be counted: a target without an HTTP server, `--no-probes`, a view from outside without load of
 * ours.
 */
export function requestsSeen(view: RunView): number | null {
  const { run } = view;
  if (run.manifest.plan.load === 'scenario' || run.requests.length > 0) return requestsSent(view);
  return requestsTaken(view, ['requests.served']);
}

/**
 * Whether the target listens, for something else than HTTP/1 (HTTP/2, gRPC, a protocol of its own), and nobody was connected
 * whenever it was looked at. A worker of a queue listens to nobody.
 */
export function isNobodyConnected({ run }: RunView): boolean {
  if (run.manifest.plan.load === 'scenario' || run.requests.length > 0) return false;
  const seen = run.samples.filter(({ values }) => values['resources.sockets'] !== undefined);
  const listens = seen.some(({ values }) => (values['resources.servers'] ?? 0) > 0);
  return listens && seen.every(({ values }) => values['resources.sockets'] === 0);
}

/** Fewer may be connections of monitoring. */
const LEAST_AT_ONCE = 10;

/**
 * Connections of clients, where the target has an HTTP server that was asked for nothing: those of WebSockets leave no
 * requests. `open`: most at once. `opened`: at least so many came while the run was watched, by the number of sockets; what
 * is only there sends nothing.
 */
export function clientsSeen(view: RunView): { readonly open: number; readonly opened: number } {
  const { fromMs, toMs } = watchedSpan(view);
  const open = Math.max(0, ...connectionsOfClients(view.run));
  if (open < LEAST_AT_ONCE) return { open, opened: 0 };
  const sockets = view.run.samples.flatMap(({ monoMs, values: { 'resources.sockets': count } }) =>
    count !== undefined && monoMs >= fromMs && monoMs <= toMs ? [count] : [],
  );
  return { open, opened: sockets.reduce((sum, count, i) => sum + Math.max(0, count - (sockets[i - 1] ?? count)), 0) };
}

/** Below this share of what was sent, the load asked somebody else; health checks and the like make up the rest. */
const LEAST_REACHED = 0.01;
/** Below this, part of the load went elsewhere: a balancer before several processes, a cache. */
const MOST_REACHED = 0.5;
/** Of fewer requests a share says little. */
const LEAST_SENT = 20;

export interface Reach {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Did the load that we drove come to the service that was watched? Its own count from inside is compared with what was sent.
 */
export function loadReach(view: RunView): Reach {
  const nothing = { missing: [], notes: [] };
  const { scenario, plan } = view.run.manifest;
  if (plan.load !== 'scenario') return nothing;
  const sent = requestsSent(view);
  // What it took and never answered has reached it too.
  const reached = requestsTaken(view, ['requests.served', 'requests.aborted'], mostInProgress(view));
  if (reached === null || sent < LEAST_SENT) return nothing;
  if (reached < LEAST_REACHED * sent)
    return { missing: [notReached(reached, sent, scenario?.baseUrl ?? '')], notes: [] };
  return reached >= MOST_REACHED * sent ? nothing : { missing: [], notes: [partReached(reached / sent)] };
}

function requestsSent(view: RunView): number {
  const { fromMs } = watchedSpan(view);
  return countTasks(view.run.requests.filter(({ endMonoMs }) => endMonoMs > fromMs)).count;
}

/** By the count of the service's own HTTP servers; null if not counted. */
function requestsTaken(view: RunView, counters: readonly MetricName[], inProgress = 0): number | null {
  const { samples, scraped } = view.run;
  // A worker of a queue answers no requests. The servers are looked for as long as no request has come.
  const answers = ({ values }: Sample): boolean =>
    (values['resources.servers.http'] ?? 0) > 0 || (values['requests.served'] ?? 0) > 0;
  if (!samples.some(answers)) return null;
  const { fromMs, toMs } = watchedSpan(view);
  const own = scraped?.scrapes.filter(({ monoMs }) => monoMs >= fromMs && monoMs <= toMs).length ?? 0;
  const counted = counters.reduce((sum, name) => sum + countedWithin(view, name), 0);
  return Math.max(0, counted + inProgress - own);
}

function mostInProgress({ run }: RunView): number {
  return run.samples.reduce((most, { values }) => Math.max(most, values['requests.active'] ?? 0), 0);
}

function countedWithin(view: RunView, name: MetricName): number {
  const { fromMs, toMs } = watchedSpan(view);
  let sum = 0;
  let before: Sample | null = null;
  for (const sample of view.run.samples) {
    const { monoMs, values } = sample;
    const count = values[name];
    if (count === undefined) continue;
    // A new life of the service, or the probe put there again, counts from nought.
    const gained = gainedBetween(before, sample, name) ?? count;
    if (monoMs >= fromMs && monoMs <= toMs + view.sampleIntervalMs) sum += gained;
    before = sample;
  }
  return sum;
}
