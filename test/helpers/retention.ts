import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A full collection now, in this process. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
}

/**
 * How many of the objects that `make` hands out are still held by somebody after `count` calls and a collection.
 * `make` must not keep them itself: not in a variable outside, not in a promise that the caller still has.
 */
export async function countRetained(count: number, make: (index: number) => object | Promise<object>): Promise<number> {
  const references: WeakRef<object>[] = [];
  for (let index = 0; index < count; index++) references.push(new WeakRef(await make(index)));
  // A WeakRef holds its object until the end of the job that made it; some holders let go in a later turn.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return references.filter((reference) => reference.deref() !== undefined).length;
}
