import type { Bytes, Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import { withNode } from '../target/node-of-program.ts';
import type { InspectorSession } from '../target/session.ts';
import type { HeapLook, HeapMakeup } from './guess-graph.ts';
import { type ContainerFacts, measureContainers } from './in-target/measure-containers.ts';

/** Both walk the heap a few times: seconds for millions of objects, and a blocked loop answers when it is free. */
const DEADLINE_MS = 120_000;
const OBJECT_GROUP = 'soak-profiler-look';

const READ_MAKEUP = `(() => {
  const { external } = process.memoryUsage();
  const v8 = require('v8');
  const spaces = v8.getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]);
  const flags = process.execArgv.concat((process.env.NODE_OPTIONS ?? '').split(' '));
  const mebibytes = (name) => {
    const form = new RegExp('^--max[-_]' + name + '[-_]space[-_]size=([0-9]+)$');
    return Number(flags.map((flag) => form.exec(flag)?.[1]).filter(Boolean).pop()) || null;
  };
  const limit = v8.getHeapStatistics().heap_size_limit;
  return { external, spaces, limit, major: parseInt(process.versions.node), old: mebibytes('old'), semi: mebibytes('semi') };
})()`;

interface MakeupReading {
  readonly external: Bytes;
  readonly spaces: readonly (readonly [string, Bytes])[];
  readonly limit: Bytes;
  readonly major: number;
  /** In MiB, where the flags of the program say so. */
  readonly old: number | null;
  readonly semi: number | null;
}

/** How the heap divides into small and large objects, as V8 keeps the books anyway: no pause. */
export async function readHeapMakeup(
  session: InspectorSession,
  deadlineMs: Milliseconds = 10_000,
): Promise<HeapMakeup> {
  const reading = await session.evaluate<MakeupReading>(READ_MAKEUP, { deadlineMs });
  return takeIn('Runtime.evaluate', () => makeupOf(reading));
}

const MEBIBYTE = 1024 * 1024;
/** V8's limit of the heap holds three of them, for young objects. In MiB, by what Node 18 to 26 come with. */
const SEMI_SPACES = 3;
const SEMI_SPACE_MIB = { upTo23: 16, of26: 32, largest: 64 };

function oldLimitOf({ limit, major, old, semi }: MakeupReading): Bytes {
  if (old !== null) return old * MEBIBYTE;
  const { upTo23, of26, largest } = SEMI_SPACE_MIB;
  const usual = major < 24 ? upTo23 : major === 26 ? of26 : largest;
  return Math.max(0, limit - SEMI_SPACES * (semi ?? usual) * MEBIBYTE);
}

/** From what `process.memoryUsage`, `v8.getHeapSpaceStatistics` and `v8.getHeapStatistics` say. */
export function makeupOf(reading: MakeupReading): HeapMakeup {
  const { external, spaces } = reading;
  const sum = (isOf: (name: string) => boolean): Bytes =>
    spaces.reduce((bytes, [name, used]) => bytes + (isOf(name) ? used : 0), 0);
  return {
    // The read-only space is the same in every process, and no part of a snapshot's cost.
    usedBytes: sum((name) => name !== 'read_only_space'),
    largeBytes: sum((name) => name === 'large_object_space' || name === 'new_large_object_space'),
    externalBytes: external,
    oldLimitBytes: oldLimitOf(reading),
  };
}

/**
 * Counts what lives, as a snapshot would see it, for a tenth of its price: V8 gives each object a number (and tells how
 * many it gave), then all objects of JavaScript are looked through for large containers. Ends the tracking of ids.
 */
export async function lookAtHeap(session: InspectorSession): Promise<HeapLook> {
  const nodes = await countNodes(session);
  return { nodes, containers: await readContainers(session) };
}

async function countNodes(session: InspectorSession): Promise<number> {
  let off = (): void => {};
  try {
    const counted = new Promise<number>((resolve) => {
      off = session.on<{ readonly statsUpdate: readonly number[] }>('HeapProfiler.heapStatsUpdate', (update) =>
        resolve(sumOfCounts(update.statsUpdate)),
      );
    });
    await session.call(
      'HeapProfiler.startTrackingHeapObjects',
      { trackAllocations: false },
      { deadlineMs: DEADLINE_MS },
    );
    const late = new AbortController();
    const timeout = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the heap was not counted in time')), DEADLINE_MS);
      late.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    return await Promise.race([counted, timeout, rejectWhenClosed(session)]).finally(() => late.abort());
  } finally {
    off();
    // Each further update is a walk over the heap; ending the tracking by its own command would take a snapshot.
    await session.call('HeapProfiler.disable', {}, { deadlineMs: DEADLINE_MS }).catch(() => {});
  }
}

async function rejectWhenClosed(session: InspectorSession): Promise<never> {
  throw new Error(`the connection was lost while the heap was counted: ${(await session.closed).detail}`);
}

/** Triples of an interval of ids: its index, the objects that live, their bytes. */
function sumOfCounts(triples: readonly number[]): number {
  let count = 0;
  for (let at = 1; at < triples.length; at += 3) count += triples[at] ?? 0;
  return count;
}

async function readContainers(session: InspectorSession): Promise<ContainerFacts> {
  const call = <Result>(method: string, params: object): Promise<Result> =>
    session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  try {
    const handleOf = async (expression: string): Promise<string> => {
      const params = { expression: withNode(expression), includeCommandLineAPI: true, objectGroup: OBJECT_GROUP };
      return (await call<{ readonly result: { readonly objectId: string } }>('Runtime.evaluate', params)).result
        .objectId;
    };
    const { objects } = await call<{ readonly objects: { readonly objectId: string } }>('Runtime.queryObjects', {
      prototypeObjectId: await handleOf('Object.prototype'),
      objectGroup: OBJECT_GROUP,
    });
    const { result } = await call<{ readonly result: { readonly value: ContainerFacts } }>('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: measureContainers.toString(),
      arguments: [{ objectId: await handleOf("require('util').types") }],
      returnByValue: true,
      objectGroup: OBJECT_GROUP,
    });
    return result.value;
  } finally {
    await call('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => {});
  }
}
