import { Line, Location, Function as PprofFunction, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { FlameNode } from '../model/flame.ts';
import type { Microseconds } from '../model/units.ts';
import { stacksOf } from './walk-flame.ts';

/**
 * A flame graph as a pprof profile (https://github.com/google/pprof/blob/main/proto/profile.proto), not yet gzipped:
 * one sample a distinct stack, its CPU time in nanoseconds. Tools of pprof expect it gzipped.
 */
export function encodePprof(root: FlameNode, durationUs: Microseconds): Uint8Array {
  const strings = new StringTable();
  const frames = new FrameTable(strings);
  const samples: Sample[] = [];
  for (const { stack, selfUs } of stacksOf(root)) {
    // pprof counts from the leaf, and in whole numbers.
    const locationId = stack.map((node) => frames.idOf(node)).reverse();
    samples.push(new Sample({ locationId, value: [Math.round(selfUs * 1000)] }));
  }
  const cpuTime = new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') });
  return new Profile({
    sampleType: [cpuTime],
    sample: samples,
    location: frames.locations,
    function: frames.functions,
    durationNanos: Math.round(durationUs * 1000),
    stringTable: strings,
  }).encode();
}

/** One function and one location for each distinct frame; ids count from 1, 0 means none. */
class FrameTable {
  readonly locations: Location[] = [];
  readonly functions: PprofFunction[] = [];
  readonly #strings: StringTable;
  readonly #ids = new Map<string, number>();

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  idOf({ name, place }: FlameNode): number {
    const file = place?.file ?? '';
    const line = place?.line ?? 0;
    const key = `${line}:${place?.column ?? 0}:${file}\n${name}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    const nameIndex = this.#strings.dedup(name);
    const filename = this.#strings.dedup(file);
    this.functions.push(new PprofFunction({ id, name: nameIndex, systemName: nameIndex, filename, startLine: line }));
    this.locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    this.#ids.set(key, id);
    return id;
  }
}
