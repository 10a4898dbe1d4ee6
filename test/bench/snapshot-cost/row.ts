import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { SnapshotCalibration } from '../../../src/capture/estimate-snapshot.ts';
import type { HeapLook, HeapMakeup } from '../../../src/capture/guess-graph.ts';

/** One snapshot, as it came out. */
export interface Truth {
  readonly makeup: HeapMakeup;
  readonly rssBytes: number;
  readonly nodes: number;
  readonly bytes: number;
  /** On top of what the process had. */
  readonly peakBytes: number;
  readonly cpuMs: number;
  readonly pauseMs: number;
}

/** One target: what was known beforehand, and two snapshots one after the other. */
export interface Row {
  readonly node: string;
  readonly shape: string;
  readonly megabytes: number;
  readonly makeup: HeapMakeup;
  readonly look: HeapLook;
  readonly lookMs: number;
  readonly lookCpuMs: number;
  readonly first: Truth;
  readonly calibration: SnapshotCalibration;
  readonly second: Truth;
}

/** Recorded results, committed: `npm run bench:snapshot-cost` goes on where it was stopped. */
export const ROWS_FILE = 'test/bench/snapshot-cost/rows.ndjson';

export function readRows(): Row[] {
  if (!existsSync(ROWS_FILE)) return [];
  const lines = readFileSync(ROWS_FILE, 'utf8').split('\n').filter(Boolean);
  const byCase = new Map(lines.map((line) => JSON.parse(line) as Row).map((row) => [keyOf(row), row]));
  return [...byCase.values()];
}

export function appendRow(row: Row): void {
  appendFileSync(ROWS_FILE, `${JSON.stringify(row)}\n`);
}

export function keyOf({ node, shape, megabytes }: Pick<Row, 'node' | 'shape' | 'megabytes'>): string {
  return `${majorOf(node)} ${shape} ${megabytes}`;
}

export function majorOf(node: string): number {
  return Number(/\d+/.exec(node)?.[0]);
}
