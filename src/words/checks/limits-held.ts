import { figure } from '../figures.ts';
import { code } from '../terms.ts';

export const NONE_GIVEN = 'none were given';
export const EVIDENCE = 'Measured over the load of the whole run, without the time of captures.';

export function noneMeasured(names: readonly string[]): string {
  return `none could be measured: ${names.join(', ')}`;
}

export function heldDetail(held: number, all: number, unknown: readonly string[]): string {
  const open = unknown.length === 0 ? '' : `; not measured in this run: ${unknown.join(', ')}`;
  return `${held} of ${all} held${open}`;
}

export function title(name: string, measured: number, unit: string, limit: string): string {
  return `${code(name)} was ${figure(measured)} ${unit}; the threshold is ${limit}.`;
}
