import type { RunEvent } from '../../model/run-event.ts';
import type { Sample } from '../../model/sample.ts';
import * as say from '../../words/checks/worker-threads.ts';
import type { CheckContext, CheckResult, FindingDraft } from '../check.ts';
import { findingId } from '../finding-id.ts';
import type { WorkerHeap } from '../run-data.ts';
import { viewRun } from '../run-view.ts';
import { TrendTable } from '../trend-table.ts';

/** What is true of a thread as of its process: what was done, and what memory there is. */
const OF_PROCESS = /^(requests\.|load\.|process\.rss$|cgroup\.memory\.)/;

/** The check of the heap of the main thread, made of the heap of each worker thread too. Both say what they say alone. */
export function withWorkers(context: CheckContext, judge: (context: CheckContext) => CheckResult): CheckResult {
  const own = judge(context);
  const threads = (context.run.workers ?? []).map((worker) => ({ worker, result: judge(asMain(context, worker)) }));
  if (threads.length === 0) return own;
  const findings = [...own.findings, ...merged(threads)];
  const statuses = [own, ...threads.map(({ result }) => result)].map(({ status }) => status);
  const isOpen = statuses.includes('insufficient-data');
  return {
    status: isOpen ? 'insufficient-data' : findings.length > 0 ? 'finding' : 'ok',
    detail: [own.detail, ...threads.map(({ worker, result }) => say.detailOf(worker, result.detail))].join('; '),
    findings,
  };
}

/** The run as if the thread were all of the process: its heap in the place of that of the main thread. */
function asMain(context: CheckContext, worker: WorkerHeap): CheckContext {
  const { workers: _, allocationReadings: __, ...run } = context.run;
  const view = viewRun({
    ...run,
    manifest: { ...run.manifest, snapshots: worker.snapshots, heapProfiles: [] },
    samples: run.samples.map(ofProcess),
    events: [...run.events.filter(isOfProcess), ...liveSizes(worker)].sort((a, b) => a.monoMs - b.monoMs),
    heapGrowth: worker.growth,
    heapGrowthError: worker.error,
    allocationGrowth: [],
  });
  return { ...context, ...view, trends: new TrendTable(view) };
}

function ofProcess(sample: Sample): Sample {
  const values = Object.fromEntries(Object.entries(sample.values).filter(([name]) => OF_PROCESS.test(name)));
  return { ...sample, values };
}

function isOfProcess(event: RunEvent): boolean {
  if (event.type === 'capture' || event.type === 'capture-refused') return event.capture !== 'heap-snapshot';
  return event.type !== 'live-heap' && event.type !== 'class-counts';
}

/** Each snapshot was taken right after collections. */
function liveSizes({ snapshots }: WorkerHeap): RunEvent[] {
  return snapshots.map(({ monoMs, heapUsedBytes }) => ({
    type: 'live-heap',
    monoMs,
    wallMs: 0,
    bytes: heapUsedBytes,
    forced: true,
  }));
}

interface Judged {
  readonly worker: WorkerHeap;
  readonly result: CheckResult;
}

/** Threads of a pool leak alike: one finding, which names the others. */
function merged(threads: readonly Judged[]): FindingDraft[] {
  const byId = new Map<string, { readonly draft: FindingDraft; readonly workers: WorkerHeap[] }>();
  for (const { worker, result } of threads) {
    for (const draft of result.findings) {
      const id = findingId(draft.kind, draft.subject.class, `worker ${worker.name || worker.url} ${draft.id}`);
      const known = byId.get(id);
      // The surest thread represents all.
      const leads = !known || (known.draft.confidence === 'possible' && draft.confidence !== 'possible');
      const workers = known?.workers ?? [];
      byId.set(id, {
        draft: leads ? { ...draft, id } : known.draft,
        workers: leads ? [worker, ...workers] : [...workers, worker],
      });
    }
  }
  return [...byId.values()].map(({ draft, workers: [first, ...others] }) => ({
    ...draft,
    title: first ? say.titleIn(draft.title, first) : draft.title,
    evidence: [
      ...draft.evidence,
      ...(others.length > 0 ? [{ what: say.alsoIn(others), file: others[0]?.snapshots.at(-1)?.file ?? null }] : []),
    ],
  }));
}
