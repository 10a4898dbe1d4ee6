import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvent } from '../format/event-line.ts';
import { readSample } from '../format/sample-line.ts';
import type { LiveEvent } from '../model/run-pages.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds } from '../model/units.ts';
import { FollowedJournal } from '../record/follow-journal.ts';
import { readManifest } from '../record/read-manifest.ts';
import { JOURNALS } from '../record/run-files.ts';
import { refuseRunInUse } from '../record/run-lock.ts';
import { chartSeries } from '../study/document/chart-series.ts';

const POLL_MS: Milliseconds = 1_000;

/**
 * Tells what is recorded until the run ends or the reader leaves: the recorder is not asked, its journals are read.
 * `afterSec`: what the page has already.
 */
export async function followRun(
  dir: string,
  afterSec: number,
  send: (event: LiveEvent) => void,
  left: AbortSignal,
): Promise<void> {
  const { clock } = await readManifest(dir);
  const samples = new FollowedJournal(join(dir, JOURNALS.samples), (record) => readSample(record, () => undefined));
  const events = new FollowedJournal(join(dir, JOURNALS.events), readEvent);
  // The last sample that had a metric: some are measured once a minute, and their curves go on from there.
  const latest = new Map<string, Sample>();
  while (!left.aborted) {
    // Asked before the journals are read: what is written until the recorder lets go is read then.
    const isRecorded = await refuseRunInUse(dir).then(
      () => false,
      () => true,
    );
    const added: readonly Sample[] = await samples.readNew();
    const told = [...new Set([...latest.values(), ...added])].sort((a, b) => a.monoMs - b.monoMs);
    for (const sample of added) for (const name of Object.keys(sample.values)) latest.set(name, sample);
    const last = added.at(-1);
    const series = chartSeries(told, clock.startMonoMs)
      .map(({ title, unit, points }) => ({ title, unit, points: points.filter(({ tSec }) => tSec > afterSec) }))
      .filter(({ points }) => points.length > 0)
      .map(({ title, unit, points }) => ({
        title,
        unit,
        tSec: points.map(({ tSec }) => tSec),
        value: points.map(({ value }) => value),
      }));
    if (last) afterSec = Math.max(afterSec, (last.monoMs - clock.startMonoMs) / 1000);
    if (series.length > 0) send({ type: 'samples', series });
    for (const event of await events.readNew()) {
      if (event.type === 'phase' && event.edge === 'start') send({ type: 'phase', phase: event.phase });
      if (event.type === 'end') return send({ type: 'ended', reason: event.reason });
    }
    if (!isRecorded) return send({ type: 'ended', reason: 'aborted' });
    await sleep(POLL_MS, undefined, { signal: left }).catch(() => undefined);
  }
}
