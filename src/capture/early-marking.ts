import type { Bytes, Milliseconds } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';
import { REGISTRY_EXPRESSION } from '../target/target-registry.ts';
import type { HeapMakeup } from './guess-graph.ts';

const MEBIBYTE = 1024 * 1024;
/** V8 begins to mark when memory outside of its heap has grown by 64 MB since the last collection. */
const EXTERNAL_BYTES: Bytes = 72 * MEBIBYTE;
const DEADLINE_MS = 30_000;
/** Marking on another core, measured with 400 and 800 MB of small objects on Node 18 to 26: 0.6 to 0.9 ms a megabyte. */
const MARKING_MS_PER_MB = 0.9;
/** A margin for a marker that gets less than a core. */
const PATIENCE = 3;
const LEAST_MS = 200;
const LONGEST_MS = 8_000;

/**
 * Has V8 mark what lives beside the running program, as it does by itself when it needs memory: a collection then pauses the
 * program for some ten milliseconds, where one that is forced stops it for 0.9 ms a megabyte. There is no command for it;
 * memory outside of the heap that is taken and released again makes V8 begin. Nothing writes to it, so it takes no room.
 * False if it could not be started, or if its end cannot be detected.
 */
export async function startMarking(session: InspectorSession): Promise<boolean> {
  return await session.evaluate<boolean>(START, { deadlineMs: DEADLINE_MS });
}

/**
 * Whether the collection is over that `startMarking` began. Asking often does no harm, unlike a WeakRef, which would keep
 * what it is asked for.
 */
export async function isMarkingOver(session: InspectorSession): Promise<boolean> {
  return (await session.evaluate<boolean>(IS_OVER, { deadlineMs: DEADLINE_MS })) === true;
}

// What is registered while V8 marks already would live until the next collection: so it is, before.
const MARKING = `${REGISTRY_EXPRESSION}.marking`;
const START = `(() => {
  try {
    const marking = { isOver: false };
    marking.end = new FinalizationRegistry(() => { marking.isOver = true; });
    marking.end.register({}, 0);
    ${MARKING} = marking;
    return new ArrayBuffer(${EXTERNAL_BYTES}).byteLength > 0;
  } catch {
    return false;
  }
})()`;
const IS_OVER = `${REGISTRY_EXPRESSION}?.marking?.isOver === true`;

/** How long after `startMarking` a collection is over at the latest, before one was measured. */
export function timeToMark({ usedBytes }: Pick<HeapMakeup, 'usedBytes'>, slowdown: number): Milliseconds {
  const markingMs = MARKING_MS_PER_MB * (usedBytes / 1e6) * slowdown;
  return Math.min(LONGEST_MS, Math.max(LEAST_MS, PATIENCE * markingMs));
}
