import type { DatabaseRecords } from '../../model/database.ts';
import type { FlameWindows } from '../../model/flame-windows.ts';
import type { HeapGrowth } from '../../model/heap-growth.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { Report } from '../../model/report.ts';
import type { ReportDocument, ReportFile, ReportSnapshot } from '../../model/report-document.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import type { Run } from '../../record/read-run.ts';
import { FILE_WORDS, methodWords } from '../../words/report/method.ts';
import { chartSeries } from './chart-series.ts';
import { type CpuSummary, cpuFlames, hotFunctions } from './cpu-pages.ts';
import { databaseFiles, reportDatabase } from './database-part.ts';
import { latencySeries } from './latency-series.ts';
import { scrapedPart } from './scraped-part.ts';
import { timeline } from './timeline.ts';

const SHOWN_FUNCTIONS = 30;

export interface DocumentParts {
  readonly run: Run;
  readonly report: Report;
  readonly heap: HeapGrowth | null;
  readonly cpu: CpuSummary | null;
  readonly allocations: readonly FlameWindows[];
  readonly database: DatabaseRecords | null;
  readonly placeOf: PlaceOf;
  /** Limits of the data, found while it was read. */
  readonly notes: readonly string[];
  readonly toolVersion: string;
}

/** Everything that the pages of a report show, from the run and what was concluded from it. */
export function buildDocument({
  run,
  report,
  heap,
  cpu,
  allocations,
  database,
  placeOf,
  notes,
  toolVersion,
}: DocumentParts): ReportDocument {
  const { manifest, samples, events, requests } = run;
  const { startMonoMs } = manifest.clock;
  const scraped = scrapedPart(run, report.findings);
  const end = events.findLast((event) => event.type === 'end');
  return {
    report,
    endReason: end?.type === 'end' ? end.reason : 'aborted',
    scenario: manifest.scenario?.name ?? null,
    series: [...chartSeries(samples, startMonoMs, requests), ...scraped.charts],
    latency: latencySeries(requests, startMonoMs),
    timeline: timeline(events, startMonoMs, report.completeness?.gaps ?? []),
    flames: [...(cpu ? [cpuFlames(cpu, placeOf, startMonoMs)] : []), ...allocations],
    hotFunctions: cpu ? hotFunctions(cpu, placeOf, SHOWN_FUNCTIONS) : [],
    heap,
    snapshots: manifest.snapshots.map((snapshot): ReportSnapshot => {
      const { file, monoMs, phase, bytes, heapUsedBytes, pauseMs } = snapshot;
      return {
        file,
        tSec: (monoMs - startMonoMs) / 1000,
        phase,
        requests: snapshot.requests,
        fileBytes: bytes,
        heapUsedBytes,
        pauseMs,
      };
    }),
    ...(database && { database: reportDatabase(database, placeOf, startMonoMs) }),
    notes: [...run.damage.map(damageNote), ...notes, ...scraped.notes],
    toolVersion,
    method: [...methodWords(manifest, toolVersion), ...scraped.method],
    cost: costOf(events),
    files: [...filesOf(manifest), ...databaseFiles(database)],
  };
}

function damageNote({ file, line, reason }: Run['damage'][number]): string {
  return `${file}${line === null ? '' : ` line ${line}`}: ${reason}`;
}

function costOf(events: readonly RunEvent[]): ReportDocument['cost'] {
  const byCapture = new Map<string, { count: number; totalPauseMs: number; longestPauseMs: number }>();
  for (const event of events) {
    if (event.type !== 'capture') continue;
    const cost = byCapture.get(event.capture) ?? { count: 0, totalPauseMs: 0, longestPauseMs: 0 };
    cost.count += 1;
    cost.totalPauseMs += event.cost.pauseMs;
    cost.longestPauseMs = Math.max(cost.longestPauseMs, event.cost.pauseMs);
    byCapture.set(event.capture, cost);
  }
  return [...byCapture].map(([what, cost]) => ({ what, ...cost })).sort((a, b) => b.totalPauseMs - a.totalPauseMs);
}

function filesOf({ snapshots, workerSnapshots = [], cpuWindows, heapProfiles, scrape }: RunManifest): ReportFile[] {
  return [
    ...snapshots.map(({ file, bytes, phase }) => ({
      path: file,
      what: FILE_WORDS.snapshot(phase),
      sizeBytes: bytes,
      sensitive: true,
    })),
    ...workerSnapshots.map(({ file, bytes, phase, thread }) => ({
      path: file,
      what: FILE_WORDS.workerSnapshot(thread, phase),
      sizeBytes: bytes,
      sensitive: true,
    })),
    ...cpuWindows.map(({ file }) => ({
      path: file,
      what: FILE_WORDS.cpuProfile,
      sizeBytes: null,
      sensitive: false,
    })),
    ...heapProfiles.map(({ file }) => ({
      path: file,
      what: FILE_WORDS.heapProfile,
      sizeBytes: null,
      sensitive: false,
    })),
    { path: 'samples.ndjson', what: FILE_WORDS.samples, sizeBytes: null, sensitive: false },
    ...(scrape
      ? [
          {
            path: 'scrapes.ndjson',
            what: FILE_WORDS.scrapes,
            sizeBytes: null,
            sensitive: false,
          },
        ]
      : []),
    {
      path: 'events.ndjson',
      what: FILE_WORDS.events,
      sizeBytes: null,
      sensitive: false,
    },
  ];
}
