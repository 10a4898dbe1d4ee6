import type { Bytes } from '../model/units.ts';
import type { ClassTable } from './class-table.ts';
import type { RetainedSizes } from './retained-sizes.ts';

export interface ClassAggregate {
  readonly class: string;
  readonly count: number;
  readonly shallowBytes: Bytes;
  /** What would be freed with all objects of the class: each byte once, also where they hold one another. */
  readonly retainedBytes: Bytes;
}

/** Objects without a size of their own (given to their owner) are not counted, as in Chrome DevTools. Biggest first. */
export function aggregateClasses(classes: ClassTable, shallow: Uint32Array, sizes: RetainedSizes): ClassAggregate[] {
  const { classOf, names } = classes;
  const { order, subtreeEnd, retained } = sizes;
  const count = new Uint32Array(names.length);
  const bytes = new Float64Array(names.length);
  const retainedBytes = new Float64Array(names.length);
  /** By class: the place where the subtree of the outermost open object of that class ends. */
  const openUntil = new Uint32Array(names.length);
  for (let place = 0; place < order.length; place++) {
    const node = order[place]!;
    const size = shallow[node]!;
    if (size === 0) continue;
    const number = classOf[node]!;
    count[number] = count[number]! + 1;
    bytes[number] = bytes[number]! + size;
    if (place < openUntil[number]!) continue;
    openUntil[number] = subtreeEnd[place]!;
    retainedBytes[number] = retainedBytes[number]! + retained[node]!;
  }
  return names
    .map((name, number) => ({
      class: name,
      count: count[number]!,
      shallowBytes: bytes[number]!,
      retainedBytes: retainedBytes[number]!,
    }))
    .filter((aggregate) => aggregate.count > 0)
    .sort((a, b) => b.retainedBytes - a.retainedBytes);
}
