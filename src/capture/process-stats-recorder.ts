import type { ClockPair } from '../format/clinic/clinic-files.ts';
import type { ProcessStat } from '../format/clinic/process-stat.ts';
import type { Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import { REGISTRY_EXPRESSION } from '../target/target-registry.ts';
import type {
  installProcessStats,
  ProcessStatsOptions,
  StatRow,
} from './in-target/process-stats/install-process-stats.ts';
import { callScript } from './in-target-code.ts';

/** As often as Clinic Doctor takes them. */
export const CLINIC_STATS_MS: Milliseconds = 10;

const STATS = `${REGISTRY_EXPRESSION}.processStats`;
const DEADLINE_MS = 60_000;
/** Two minutes of 10 ms, and some: a megabyte in the target. */
const MOST_ROWS = 15_000;

/**
 * Process statistics every few milliseconds from inside of the target, as Clinic Doctor wants them. Needs an attached
 * target.
 */
export class ProcessStatsRecorder {
  readonly #session: InspectorSession;

  private constructor(session: InspectorSession) {
    this.#session = session;
  }

  static async start(session: InspectorSession, intervalMs: Milliseconds): Promise<ProcessStatsRecorder> {
    const options: ProcessStatsOptions = { intervalMs, mostRows: MOST_ROWS };
    const install = callScript('process-stats', 'installProcessStats', options);
    try {
      await session.evaluateInTurn<ReturnType<typeof installProcessStats>>(install, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      // A service that did not answer in time installs it when it continues.
      session.evaluateInTurn(`${REGISTRY_EXPRESSION}?.processStats?.remove()`).catch(() => {});
      throw error;
    }
    return new ProcessStatsRecorder(session);
  }

  /** What was read until now, and takes everything of ours out of the target again. */
  async stop(): Promise<ProcessStat[]> {
    const rows = await this.#session.evaluateInTurn<StatRow[]>(
      `(() => { const s = ${STATS}; const rows = s.take(); s.remove(); return rows; })()`,
      {
        deadlineMs: DEADLINE_MS,
      },
    );
    return takeIn('Runtime.evaluate', () => rows.map(statOf));
  }
}

/** Of the target itself: it may run on another host. */
export async function readClocks(session: InspectorSession): Promise<ClockPair> {
  const [wallMs, seconds, nanoseconds] = await session.evaluate<number[]>('[Date.now(), ...process.hrtime()]');
  return takeIn('Runtime.evaluate', () => ({
    wallMs: Number(wallMs),
    monoUs: Number(seconds) * 1e6 + Number(nanoseconds) / 1000,
  }));
}

function statOf(row: StatRow): ProcessStat {
  const [timestampMs, delayMs, cpuCores, rssBytes, heapTotalBytes, heapUsedBytes, externalBytes, ...others] = row;
  const [arrayBuffersBytes, handles, loopUtilization] = others;
  const sizes = { rssBytes, heapTotalBytes, heapUsedBytes, externalBytes, arrayBuffersBytes };
  return { timestampMs, delayMs, cpuCores, ...sizes, handles, loopUtilization };
}
