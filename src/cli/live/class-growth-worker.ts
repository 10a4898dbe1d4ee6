import { parentPort, workerData } from 'node:worker_threads';
import { classChangesOf } from '../../snapshot-stream/class-changes-of.ts';
import type { ClassGrowth } from './class-growth-text.ts';

const MOST = 50;

const { before, after } = workerData as { readonly before: string; readonly after: string };
const { classes } = await classChangesOf(before, after, {}, null);
const grown: readonly ClassGrowth[] = classes
  .filter(({ countDelta }) => countDelta > 0)
  .slice(0, MOST)
  .map(({ class: name, countDelta, shallowDelta }) => ({ name, objects: countDelta, bytes: shallowDelta }));
parentPort?.postMessage(grown);
