import assert from 'node:assert/strict';
import type { AllocationReadings, RunData } from '../../src/analysis/run-data.ts';
import type { AllocationSeries } from '../../src/cpu/allocation-series.ts';
import type { SourcePlace } from '../../src/model/profiles.ts';
import type { ScriptCode } from '../../src/model/script-code.ts';
import { placeInService } from './code-of.ts';
import { seededNormal } from './series.ts';

/** What of the live bytes that a function allocated after so many requests was sampled: of those since the sampling began. */
export interface SampledSite {
  readonly file: string;
  readonly function: string;
  readonly live: (requests: number) => number;
}

function functionOf(scripts: readonly ScriptCode[], file: string, name: string): SourcePlace {
  const script = scripts.find(({ url }) => url.endsWith(`/${file}`));
  const found = script?.functions.find((one) => one.name === name && one.start.line0 > 0);
  assert.ok(script && found, `${name} in ${file}`);
  return placeInService(script.url, found.start.line0, found.start.column0, name);
}

/** Readings of the allocation profile at equal distances, one sample in about `intervalBytes` of what lives, as chance has it. */
export function readingsOf(
  run: RunData,
  sites: readonly SampledSite[],
  {
    seed,
    scripts,
    readings,
    intervalBytes,
  }: {
    readonly seed: number;
    readonly scripts: readonly ScriptCode[];
    readonly readings: number;
    readonly intervalBytes: number;
  },
): AllocationReadings {
  const normal = seededNormal(seed);
  const loadedMs = 60_000;
  const start = run.manifest.clock.startMonoMs;
  const atMs = Array.from({ length: readings }, (_, i) => start + 9_000 + (i * (loadedMs - 9_000)) / (readings - 1));
  const requestsAt = (ms: number): number =>
    run.samples.findLast(({ monoMs }) => monoMs <= ms)?.values['requests.served'] ?? 0;
  const series = sites.map((site): AllocationSeries => {
    const place = functionOf(scripts, site.file, site.function);
    // What was sampled once stays sampled: the gains are random, not the sizes.
    let samples = 0;
    let expected = 0;
    const sizes = atMs.map((ms) => {
      const more = site.live(requestsAt(ms)) / intervalBytes - expected;
      expected += more;
      samples = Math.max(0, samples + Math.round(more + Math.sqrt(Math.max(more, 1)) * normal()));
      return { samples, bytes: samples * intervalBytes };
    });
    return { place, sizes, stacks: [{ stack: [place], bytes: sizes.at(-1)?.bytes ?? 0, samples }] };
  });
  return { atMs, file: 'heap/6.heapprofile', series };
}
