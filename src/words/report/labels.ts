import type { ReportDocument } from '../../model/report-document.ts';
import { formatBytes, type Share } from '../../model/units.ts';
import { percent } from '../figures.ts';
import { capital } from '../terms.ts';

/** Headings, captions and heads of columns, the same in every format of a report. */
export const LABEL = {
  allocatedAt: 'Allocated at',
  chartsAsTable: 'The charts as a table',
  checkFix: 'Check a fix',
  checked: 'What was checked',
  classesThatGrew: 'Classes that grew between the snapshots',
  explained: 'How it is found, what to do, how to check',
  eventsOfRun: 'Events of the run',
  gaveWay: 'What ran out first',
  gatesTable: 'Gates: threshold, measured, result',
  filesOfRun: 'Files of the run and of the report',
  findingId: 'Id of the finding',
  heaviestFirst: 'Heaviest first',
  inTime: 'In order of time',
  hottest: 'Hottest functions by self time',
  inOneRequest: 'in one request',
  keptAlive: 'Kept alive by',
  latencyByRequest: 'Latency by request',
  liveAllocations: 'What is alive, by the code that allocated it',
  limitsOfData: 'Limits of the data',
  meanInServer: 'mean in the server',
  method: 'Method and limits',
  notEnoughData: 'not enough data',
  objectsBySnapshot: 'objects by snapshot',
  ownCost: 'What the profiler itself cost the service',
  pausesInAll: 'pauses in all',
  selfByWindow: 'self, first → last window',
  seriesOverRun: 'Series over the run',
  shareOfLive: 'share of live bytes',
  soakReport: 'Soak report',
  statement: 'statement, line, request',
  statements: 'Statements by total time',
  whatItIs: 'what it is',
  whatToChange: 'What to change',
  whatToDo: 'What to do',
  why: 'Why we think so',
  whyAndSince: 'Since when, how sure, kept alive by',
  whyNot: 'Why it might not be so',
} as const;

/** Said once in a section. */
export const REMARK = {
  bottlenecksInShort: 'does not fail the run, but worth a change',
  bottlenecks:
    'Bottlenecks make the service slower or more expensive than necessary. They do not fail a run. The largest gain is first.',
  fromSendTime:
    'Measured from the intended send time, so that a pause of the service counts for every request that it delays. Percentiles leave out failed requests; a threshold uses the slower of the two values, without and with them.',
  flameNeedsScript: 'The flame graph needs JavaScript; the tables list the functions.',
  liveAllocations:
    'From samples of the allocations. Select a time in the charts to see what was allocated in it and is still alive at its end.',
  inTime: 'From left to right as it was recorded. Where there is nothing, the process was idle or was not sampled.',
  needsScript: 'The charts need JavaScript; the tables have the same figures.',
  notMeasured: 'could not be measured',
  noBottleneck: 'No bottleneck was found.',
  noClassGrew: 'No class of objects grew.',
  noEvent: 'No event was recorded.',
  noFile: 'No file is listed.',
  noGate: 'No gate was set.',
  noProfile: 'No CPU profile was taken.',
  noQuery: 'No query was seen.',
  noRequest: 'No request was timed.',
  noSeries: 'No series was recorded.',
  noSnapshot: 'No heap snapshot was taken.',
  onlyInService: 'Measured inside the service; --database adds the figures of the server.',
  planned: 'Plans for unknown values; the statements were not run.',
  secrets: 'may contain secrets of the service',
  withoutValues: 'Statements are shown without their values; a list of values is shown as one.',
} as const;

/** What all classes of the heap gained together, and how they were compared. */
export function heapGrowth({ growthBytes, comparisonReason }: NonNullable<ReportDocument['heap']>): string {
  return `All classes together grew by ${formatBytes(growthBytes)}. ${capital(comparisonReason)}.`;
}

export function collectionShare(share: Share): string {
  return `${percent(share)} of that in garbage collection`;
}

export function moreInReport(what: string): string {
  return `${what} in the report.`;
}

export function bottlenecksFound(count: number): string {
  return count === 1 ? '1 bottleneck, which fails no gate' : `${count} bottlenecks, which fail no gate`;
}

/** Null where there is none. The names are Markdown already. */
export function checksWith(status: 'ok' | 'insufficient-data', names: string): string | null {
  if (names === '') return null;
  return status === 'ok' ? `Checked, nothing found: ${names}.` : `Not enough data to judge: ${names}.`;
}

/** Where all else is: events, CPU, latency, queries, the heap, files. */
export function everythingElse(command: string | null): string {
  const page = 'Charts, flame graphs and all evidence: `index.html`.';
  return command === null ? page : `${page} All of it as Markdown: \`${command}\`.`;
}

export function possible(title: string): string {
  return `possible, not proven: ${title}`;
}

export function readsAllOf(tables: readonly string[]): string {
  return `reads all of ${tables.join(', ')}`;
}

export function functionsOf(title: string): string {
  return `${title}: functions by self time`;
}

export function slowestOver(slowMs: number): string {
  return `Slowest queries over ${slowMs} ms`;
}

export function objectsOf(name: string): string {
  return `Objects of ${name} by snapshot`;
}

export function explainedIn(page: string): string {
  return `Explained in \`${page}\`.`;
}

/** `js-heap-leak, confirmed`. */
export function titleOfFinding(kind: string, confidence: string): string {
  return `${kind.replaceAll('-', ' ')}, ${confidence}`;
}

export function gateAnnotation(
  name: string,
  limit: string,
  measured: string,
): { readonly title: string; readonly text: string } {
  return { title: `gate ${name}`, text: `The gate ${name} failed: threshold ${limit}, measured ${measured}.` };
}
