import type { Bytes } from '../model/units.ts';
import type { NumberedNodes } from './number-nodes.ts';
import type { RetainedSizes } from './retained-sizes.ts';

export interface ClassAggregate {
  readonly class: string;
  readonly count: number;
  readonly shallowBytes: Bytes;
  /** Bytes freed if all objects of the class were removed. Each byte counts once, even if the objects hold one another. */
  readonly retainedBytes: Bytes;
}

/** Objects without a size of their own (given to their owner) are not counted, as in Chrome DevTools. Biggest first. */
export function aggregateClasses(
  { shallow, classOf, classNames }: NumberedNodes,
  { numberAt, subtreeEnd, retained }: RetainedSizes,
): ClassAggregate[] {
  const count = new Uint32Array(classNames.length);
  const bytes = new Float64Array(classNames.length);
  const retainedBytes = new Float64Array(classNames.length);
  /** By class: the place where the subtree of the outermost open object of that class ends. */
  const openUntil = new Uint32Array(classNames.length);
  for (let place = 0; place < numberAt.length; place++) {
    const number = numberAt[place]!;
    const size = shallow[number]!;
    if (size === 0) continue;
    const own = classOf[number]!;
    count[own] = count[own]! + 1;
    bytes[own] = bytes[own]! + size;
    if (place < openUntil[own]!) continue;
    openUntil[own] = subtreeEnd[place]!;
    retainedBytes[own] = retainedBytes[own]! + retained[number]!;
  }
  return classNames
    .map((name, own) => ({
      class: name,
      count: count[own]!,
      shallowBytes: bytes[own]!,
      retainedBytes: retainedBytes[own]!,
    }))
    .filter((aggregate) => aggregate.count > 0)
    .sort((a, b) => b.retainedBytes - a.retainedBytes);
}
