import { printable } from '../model/printable.ts';
import { formatBytes, formatCount } from '../model/units.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';
import { isNoise } from './flame-colour.ts';
import { type FlameGraph, nameOf, placeOf } from './flame-graph.ts';

/** A frame as text, for the tooltip, the status line and a screen reader. */
export function describeFrame(graph: FlameGraph, i: number): string {
  const { data } = graph;
  const value = data.value[i] ?? 0;
  const share = (100 * value) / Math.max(1, data.value[0] ?? 1);
  const place = placeOf(graph, i);
  const format = FORMATS[data.unit];
  const parts = [`${format(value)} (${share.toFixed(1)} %)`, `self ${format(data.self[i] ?? 0)}`];
  if (data.before) {
    const before = data.before[i] ?? 0;
    const noise = isNoise(value, before, data.sample) ? ', no more than the samples vary by' : '';
    parts.push(`${describeChange(value, before, format)}${noise}`);
  }
  return `${printable(nameOf(graph, i))}${place ? `, ${printable(place)}` : ', native'}: ${parts.join(', ')}`;
}

function describeChange(value: number, before: number, format: (value: number) => string): string {
  if (before === 0) return 'new: was not there before';
  const percent = (100 * (value - before)) / before;
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(0)} % against ${format(before)} before`;
}

const FORMATS: Readonly<Record<FlameUnit, (value: number) => string>> = {
  microseconds: formatMicroseconds,
  bytes: formatBytes,
  count: formatCount,
};

function formatMicroseconds(us: number): string {
  if (us >= 1e6) return `${(us / 1e6).toFixed(2)} s`;
  return us >= 1000 ? `${(us / 1000).toFixed(1)} ms` : `${Number(us.toPrecision(3))} µs`;
}
