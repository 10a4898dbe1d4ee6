import type { Finding } from '../model/finding.ts';
import type { FindingEntry, RunCharts, RunDetails } from '../model/run-pages.ts';
import { readRun } from '../record/read-run.ts';
import { pageCharts } from '../report/build-page-data.ts';
import { chartSeries } from '../study/document/chart-series.ts';
import { timeline } from '../study/document/timeline.ts';
import { formatPlace } from '../words/place.ts';
import { heapEntry, type RunFolder, type RunFolders, readReport, readReportPage } from './run-folders.ts';

/** One run: its verdict, what was found, its curves and its snapshots. */
export async function runDetails(runs: RunFolders, folder: RunFolder): Promise<RunDetails> {
  const [entry, report, page, heaps, charts] = await Promise.all([
    runs.entryOf(folder),
    readReport(folder),
    readReportPage(folder),
    runs.heapsOf(folder),
    runCharts(folder),
  ]);
  return {
    ...entry,
    ...charts,
    found: report?.findings.map(findingEntry) ?? [],
    gates: report?.gates ?? [],
    hasPage: page !== null,
    heaps: heaps.map(heapEntry),
  };
}

export async function runCharts({ dir }: RunFolder): Promise<RunCharts> {
  const { manifest, samples, events } = await readRun(dir);
  const { startMonoMs } = manifest.clock;
  return pageCharts(chartSeries(samples, startMonoMs), timeline(events, startMonoMs, []));
}

export function findingEntry({ id, kind, confidence, title, subject }: Finding): FindingEntry {
  return { id, kind, confidence, title, place: subject.source && formatPlace(subject.source) };
}
