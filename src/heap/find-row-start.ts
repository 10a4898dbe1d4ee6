import type { SnapshotLayout } from './snapshot-layout.ts';

/** This many consecutive rows must be valid edges. By chance that happens once in 10^80. */
const ROWS = 100;
const COMMA = 44;

/**
 * Where a row of edges begins in bytes from the middle of the section `edges`, or -1 if that cannot be told. Node 22
 * and older mark rows by newlines, later ones do not; in both, types are small and targets are
 * multiples of the fields of a node.
 */
export function findRowStart(bytes: Uint8Array, layout: SnapshotLayout, edgeTypes: number): number {
  const { fields, type, to } = layout.edge;
  const first = bytes.indexOf(COMMA) + 1;
  if (first === 0) return -1;
  const numbers = readNumbers(bytes, first, (ROWS + 1) * fields);
  if (numbers.length < (ROWS + 1) * fields) return -1;
  const phases: number[] = [];
  for (let phase = 0; phase < fields; phase++) {
    let fits = true;
    for (let row = 0; row < ROWS && fits; row++) {
      const at = phase + row * fields;
      fits = numbers[at + type]!.value < edgeTypes && numbers[at + to]!.value % layout.node.fields === 0;
    }
    if (fits) phases.push(phase);
  }
  return phases.length === 1 ? numbers[phases[0]!]!.at : -1;
}

function readNumbers(bytes: Uint8Array, start: number, most: number): { at: number; value: number }[] {
  const numbers: { at: number; value: number }[] = [];
  let current: { at: number; value: number } | null = null;
  for (let at = start; at < bytes.length && numbers.length < most; at++) {
    const byte = bytes[at]!;
    if (byte >= 48 && byte <= 57) {
      current ??= { at, value: 0 };
      current.value = current.value * 10 + byte - 48;
    } else {
      if (byte !== COMMA && byte > 32) break;
      if (current) numbers.push(current);
      current = null;
    }
  }
  return numbers;
}
