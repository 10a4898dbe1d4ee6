import type { Sample } from '../../model/sample.ts';
import { gainedBetween } from '../../stats/counters.ts';
import type { RunView } from '../run-view.ts';
import { countTasks } from '../task-requests.ts';
import { watchedSpan } from './find-gaps.ts';

/**
 * Requests while the run was judged, those of this tool itself (which reads metrics, or probes) and the set-up of users left out. Null where they cannot be
 * counted: a target without an HTTP server, `--no-probes`, a view from outside without load of ours.
 */
export function requestsSeen(view: RunView): number | null {
  const { run } = view;
  const { fromMs, toMs } = watchedSpan(view);
  if (run.manifest.plan.load === 'scenario' || run.requests.length > 0) {
    return countTasks(run.requests.filter(({ endMonoMs }) => endMonoMs > fromMs)).count;
  }
  // A worker of a queue answers nobody. The servers are looked for as long as no request has come.
  if (!run.samples.some(({ values }) => (values['resources.servers.http'] ?? 0) > 0)) return null;
  const own = run.scraped?.scrapes.filter(({ monoMs }) => monoMs >= fromMs && monoMs <= toMs).length ?? 0;
  return Math.max(0, servedWithin(view) - own);
}

function servedWithin(view: RunView): number {
  const { fromMs, toMs } = watchedSpan(view);
  let sum = 0;
  let before: Sample | null = null;
  for (const sample of view.run.samples) {
    const { monoMs, values } = sample;
    const served = values['requests.served'];
    if (served === undefined) continue;
    // A new life of the service, or the probe put there anew, counts from nought.
    const answered = gainedBetween(before, sample, 'requests.served') ?? served;
    if (monoMs >= fromMs && monoMs <= toMs + view.sampleIntervalMs) sum += answered;
    before = sample;
  }
  return sum;
}
