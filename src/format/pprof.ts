import {
  Label,
  Line,
  Location,
  Mapping,
  Function as PprofFunction,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { FlameNode } from '../model/flame.ts';
import type { Microseconds, WallMs } from '../model/units.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';
import { stacksOf } from './walk-flame.ts';

export interface PprofSource {
  readonly root: FlameNode;
  readonly unit: FlameUnit;
  /** Of the recording; null if unknown. */
  readonly durationUs: Microseconds | null;
  /** From one sample to the next. */
  readonly intervalUs: Microseconds | null;
  readonly startWallMs: WallMs | null;
}

/** What a value is called and counted in, and how many of them one of ours is: pprof holds whole numbers. */
const VALUES: Readonly<Record<FlameUnit, { readonly type: string; readonly unit: string; readonly factor: number }>> = {
  microseconds: { type: 'cpu', unit: 'nanoseconds', factor: 1000 },
  bytes: { type: 'inuse_space', unit: 'bytes', factor: 1 },
  count: { type: 'samples', unit: 'count', factor: 1 },
};
const NODE_MAPPING = 1;

/**
 * A flame graph as a pprof profile (https://github.com/google/pprof/blob/main/proto/profile.proto), not yet gzipped:
 * one sample a distinct stack, its CPU time in nanoseconds (or its bytes). Each sample is labelled with what its leaf is
 * (`kind`) and the package that it belongs to (`package`), for `-tagfocus` and `-tags`. Tools of pprof expect it gzipped.
 */
export function encodePprof({ root, unit, durationUs, intervalUs, startWallMs }: PprofSource): Uint8Array {
  const strings = new StringTable();
  const frames = new FrameTable(strings);
  const label = (key: string, value: string): Label =>
    new Label({ key: strings.dedup(key), str: strings.dedup(value) });
  const { type, unit: unitName, factor } = VALUES[unit];
  const samples: Sample[] = [];
  for (const { stack, self } of stacksOf(root)) {
    // pprof counts from the leaf, and in whole numbers.
    const locationId = stack.map((node) => frames.idOf(node)).reverse();
    const leaf = stack.at(-1);
    const labels = leaf ? [label('kind', kindOf(leaf)), label('package', leaf.place?.package ?? '(none)')] : [];
    samples.push(new Sample({ locationId, value: [Math.round(self * factor)], label: labels }));
  }
  const valueType = new ValueType({ type: strings.dedup(type), unit: strings.dedup(unitName) });
  return new Profile({
    sampleType: [valueType],
    sample: samples,
    // With its functions known, no tool looks for a binary to ask.
    mapping: [
      new Mapping({
        id: NODE_MAPPING,
        filename: strings.dedup('node'),
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true,
      }),
    ],
    location: frames.locations,
    function: frames.functions,
    ...(startWallMs === null ? {} : { timeNanos: BigInt(Math.round(startWallMs * 1000)) * 1000n }),
    ...(durationUs === null ? {} : { durationNanos: Math.round(durationUs * 1000) }),
    ...(intervalUs === null ? {} : { periodType: valueType, period: Math.round(intervalUs * 1000) }),
    stringTable: strings,
  }).encode();
}

function kindOf({ name, place }: FlameNode): string {
  if (place === null) return name === '(garbage collector)' ? 'gc' : 'native';
  return place.file.startsWith('node:') ? 'node' : place.package === null ? 'application' : 'package';
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
    this.locations.push(new Location({ id, mappingId: NODE_MAPPING, line: [new Line({ functionId: id, line })] }));
    this.#ids.set(key, id);
    return id;
  }
}
