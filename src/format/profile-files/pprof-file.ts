import type { RawCallFrame } from '../../model/profiles.ts';
import type { WallMs } from '../../model/units.ts';
import type { FlameUnit, WeightedTree } from '../../model/weighted-tree.ts';
import { addNumbers, protobufFields } from '../protobuf.ts';
import { ShapeError } from '../shape.ts';
import { frameAt } from './frame-text.ts';
import { StackSum } from './stack-sum.ts';

export interface PprofContent {
  readonly tree: WeightedTree;
  readonly unit: FlameUnit;
  readonly startWallMs?: WallMs;
  readonly notes: readonly string[];
}

/** Field numbers of https://github.com/google/pprof/blob/main/proto/profile.proto. */
const PROFILE = {
  sampleType: 1,
  sample: 2,
  location: 4,
  function: 5,
  string: 6,
  timeNanos: 9,
  defaultType: 14,
} as const;

const UNITS: Readonly<Record<string, { readonly unit: FlameUnit; readonly factor: number }>> = {
  nanoseconds: { unit: 'microseconds', factor: 1e-3 },
  microseconds: { unit: 'microseconds', factor: 1 },
  milliseconds: { unit: 'microseconds', factor: 1e3 },
  seconds: { unit: 'microseconds', factor: 1e6 },
  bytes: { unit: 'bytes', factor: 1 },
  kilobytes: { unit: 'bytes', factor: 1024 },
};
const MOST_STACK = 100_000;

interface Line {
  readonly functionId: number;
  readonly line: number;
}
interface Location {
  /** Leaf first: an inlined function comes before the function that it was inlined into. */
  readonly lines: readonly Line[];
  readonly address: number;
}
interface FunctionRow {
  readonly name: number;
  readonly file: number;
  readonly startLine: number;
}
interface Tables {
  readonly strings: readonly string[];
  readonly locations: ReadonlyMap<number, Location>;
  readonly functions: ReadonlyMap<number, FunctionRow>;
}

/**
 * Reads a pprof profile, unpacked. It has one or more values a stack: the default one is taken, else the last, as `go tool
 * pprof` does.
 */
export function readPprof(message: Uint8Array): PprofContent {
  const strings: string[] = [];
  const types: { readonly type: number; readonly unit: number }[] = [];
  const samples: Uint8Array[] = [];
  const locations = new Map<number, Location>();
  const functions = new Map<number, FunctionRow>();
  let timeNanos = 0;
  let defaultType = 0;
  for (const field of protobufFields(message)) {
    if (field.wire === 'varint') {
      if (field.number === PROFILE.timeNanos) timeNanos = field.value;
      if (field.number === PROFILE.defaultType) defaultType = field.value;
    } else if (field.number === PROFILE.string) strings.push(new TextDecoder().decode(field.bytes));
    else if (field.number === PROFILE.sampleType) types.push(readType(field.bytes));
    else if (field.number === PROFILE.sample) samples.push(field.bytes);
    else if (field.number === PROFILE.location) addLocation(field.bytes, locations);
    else if (field.number === PROFILE.function) addFunction(field.bytes, functions);
  }
  if (types.length === 0 || strings.length === 0 || strings[0] !== '')
    throw new ShapeError('the file', 'a pprof profile with its types and texts', 'without them');
  const named = types.map(({ type, unit }) => ({ type: strings[type] ?? '', unit: strings[unit] ?? '' }));
  const byDefault = defaultType > 0 ? types.findIndex(({ type }) => type === defaultType) : -1;
  const index = byDefault >= 0 ? byDefault : types.length - 1;
  const { type = '', unit: unitName = '' } = named[index] ?? {};
  const { unit, factor } = UNITS[unitName] ?? { unit: 'count', factor: 1 };
  return {
    tree: sumUp(samples, { strings, locations, functions }, index, factor),
    unit,
    ...(timeNanos > 0 ? { startWallMs: timeNanos / 1e6 } : {}),
    notes:
      types.length > 1
        ? [`of its values (${named.map((one) => `${one.type} in ${one.unit}`).join(', ')}) it is drawn by ${type}`]
        : [],
  };
}

function sumUp(samples: readonly Uint8Array[], tables: Tables, valueIndex: number, factor: number): WeightedTree {
  const sum = new StackSum();
  const stackOf = new Map<number, readonly number[]>();
  for (const bytes of samples) {
    const ids: number[] = [];
    const values: number[] = [];
    for (const field of protobufFields(bytes)) {
      if (field.number === 1) addNumbers(field, ids);
      else if (field.number === 2) addNumbers(field, values);
    }
    if (ids.length > MOST_STACK) throw new ShapeError('a stack', `at most ${MOST_STACK} frames`, ids.length);
    // A sample of the difference of two profiles may be negative: nothing of it can be drawn.
    const weight = Math.max(0, values[valueIndex] ?? 0) * factor;
    let node = 0;
    for (const id of ids.reverse()) {
      const known = stackOf.get(id) ?? framesAt(id, tables).map((frame) => sum.functionIndex(frame));
      stackOf.set(id, known);
      for (const index of known) node = sum.child(node, index);
    }
    if (weight > 0) sum.add(node, weight);
  }
  return sum.tree();
}

/** The frames of a location, outermost first. */
function framesAt(id: number, { locations, functions, strings }: Tables): RawCallFrame[] {
  const location = locations.get(id);
  if (!location) throw new ShapeError('a stack', 'of known locations', id);
  const frames = location.lines.map(({ functionId, line }) => {
    const row = functions.get(functionId);
    if (!row) throw new ShapeError('a line', 'of a known function', functionId);
    // By function, not by line: else a function would be as many boxes as it has lines.
    return frameAt(strings[row.name] || '(anonymous)', strings[row.file] ?? '', row.startLine || line, 0);
  });
  return frames.length > 0 ? frames.reverse() : [frameAt(`0x${location.address.toString(16)}`, '', 0, 0)];
}

function numbersOf(bytes: Uint8Array): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const field of protobufFields(bytes)) if (field.wire === 'varint') numbers.set(field.number, field.value);
  return numbers;
}

function readType(bytes: Uint8Array): { readonly type: number; readonly unit: number } {
  const numbers = numbersOf(bytes);
  return { type: numbers.get(1) ?? 0, unit: numbers.get(2) ?? 0 };
}

function addFunction(bytes: Uint8Array, functions: Map<number, FunctionRow>): void {
  const numbers = numbersOf(bytes);
  functions.set(numbers.get(1) ?? 0, {
    name: numbers.get(2) ?? 0,
    file: numbers.get(4) ?? 0,
    startLine: numbers.get(5) ?? 0,
  });
}

function addLocation(bytes: Uint8Array, locations: Map<number, Location>): void {
  const lines: Line[] = [];
  let id = 0;
  let address = 0;
  for (const field of protobufFields(bytes)) {
    if (field.wire === 'varint') {
      if (field.number === 1) id = field.value;
      else if (field.number === 3) address = field.value;
    } else if (field.number === 4 && field.wire === 'bytes') {
      const numbers = numbersOf(field.bytes);
      lines.push({ functionId: numbers.get(1) ?? 0, line: numbers.get(2) ?? 0 });
    }
  }
  locations.set(id, { lines, address });
}
