import { renameSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { getHeapSpaceStatistics, getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import { estimateSnapshot } from '../capture/estimate-snapshot.ts';
import { makeupOf } from '../capture/look-at-heap.ts';
import { isInMemory, readMemoryRooms } from '../capture/memory-room.ts';
import { settlePauseBudget } from '../capture/pause-budget.ts';
import { readMemory } from '../capture/peak-memory.ts';
import { readSlowdown } from '../capture/slowdown.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { freeBytes } from '../files/free-space.ts';
import { formatBytes, parseDurationMs } from '../model/units.ts';
import { tellInspector } from './tell-inspector.ts';

/** What the environment says: nothing is done without the first. */
const SIGNAL = 'SOAK_PROFILER_SNAPSHOT_SIGNAL';
const FOLDER = 'SOAK_PROFILER_SNAPSHOT_FOLDER';
const MAX_PAUSE = 'SOAK_PROFILER_SNAPSHOT_MAX_PAUSE';

/**
 * Writes a heap snapshot whenever the process gets the signal that it was told in its environment, if the estimate of
 * pause and memory allows it. `tell` is told what was written, or why nothing was.
 */
export function snapshotOnSignal(environment: NodeJS.ProcessEnv, tell: (text: string) => void): void {
  const signal = environment[SIGNAL];
  if (signal === undefined || signal === '') return;
  if (!(signal in constants.signals)) {
    tell(`${SIGNAL}=${signal} is no signal`);
    return;
  }
  const folder = resolve(environment[FOLDER] || '.');
  const maxPauseMs = parseDurationMs(environment[MAX_PAUSE] ?? '');
  process.on(signal as NodeJS.Signals, () => {
    try {
      tell(writeOrRefuse(folder, maxPauseMs));
    } catch (error) {
      tell(`no heap snapshot was written: ${(error as Error).message}`);
    }
  });
}

function writeOrRefuse(folder: string, maxPauseMs: number | null): string {
  const path = resolve(folder, `heap-${process.pid}-${new Date().toISOString().replaceAll(':', '-')}.heapsnapshot`);
  const refused = whyRefused(path, maxPauseMs);
  if (refused !== null) return `no heap snapshot was written: ${refused}`;
  const part = `${path}.part`;
  try {
    // With mode 0600: it holds whatever the service holds.
    writeHeapSnapshot(part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    // V8 follows every object that a snapshot has given a number, which makes each allocation dearer, until it is told to forget.
    tellInspector('HeapProfiler.disable');
  }
  return `heap snapshot written: ${path}`;
}

function whyRefused(path: string, maxPauseMs: number | null): string | null {
  const { pid } = process;
  const spaces = getHeapSpaceStatistics().map(
    ({ space_name, space_used_size }) => [space_name, space_used_size] as const,
  );
  const major = Number(process.versions.node.split('.')[0]);
  const limit = getHeapStatistics().heap_size_limit;
  const makeup = makeupOf({ external: process.memoryUsage().external, spaces, limit, major, old: null, semi: null });
  const { verdict } = estimateSnapshot({
    makeup,
    nodeMajor: major,
    look: null,
    calibration: null,
    rssBytes: readMemory(pid)?.rssBytes ?? null,
    rooms: readMemoryRooms(pid),
    slowdown: readSlowdown(pid, null),
    budget: settlePauseBudget(maxPauseMs, pid),
    inMemory: isInMemory(path),
  });
  if (verdict !== 'go') return verdict.refused;
  const free = freeBytes(path);
  const needed = snapshotFileBytes(makeup.usedBytes, null);
  return free === null || free >= needed
    ? null
    : `its file needs ${formatBytes(needed)}, and the disk has ${formatBytes(free)} left`;
}
