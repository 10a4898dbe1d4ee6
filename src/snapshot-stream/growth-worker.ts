import { parentPort, workerData } from 'node:worker_threads';
import type { ClassAggregate } from '../heap/aggregate-classes.ts';
import { analyseGraph } from '../heap/analyse-graph.ts';
import { GrowthMeasure } from '../heap/growth/measure-growth.ts';
import { hideNumbers } from '../heap/words/numbers.ts';
import type { HeapGrowth } from '../model/heap-growth.ts';
import type { GrowthAnswer, GrowthRequest } from './growth-of.ts';
import { openSnapshot } from './open-snapshot.ts';
import { refusalOf } from './refusal.ts';
import { SnapshotHelper } from './snapshot-helper.ts';

/** One snapshot after the other: each graph is garbage before the next is read, only its sums by signature stay. */
async function measure(request: GrowthRequest, helper: SnapshotHelper | null): Promise<HeapGrowth> {
  const measured = new GrowthMeasure();
  const classes: (readonly ClassAggregate[])[] = [];
  for (const [index, file] of request.files.entries()) {
    const say = (what: string, done: number): void =>
      send({
        type: 'progress',
        what: `${what} snapshot ${index + 1} of ${request.files.length}`,
        done: (index + done / 2) / request.files.length,
      });
    const options = { onProgress: say, salvage: request.salvage };
    const { graph, weakMaps, fileBytes } = await openSnapshot(file, options, helper);
    say('analysing', 1);
    const hasNumbers = hideNumbers(graph);
    const helped = helper?.aggregates(graph);
    measured.add(graph, weakMaps, {
      file,
      fileBytes,
      idEpoch: request.idEpochs[index] ?? null,
      requests: request.requests[index] ?? null,
      hasNumbers,
    });
    classes.push((await helped) ?? analyseGraph(graph).aggregates);
  }
  return measured.finish(classes, request.scripts);
}

function send(answer: GrowthAnswer): void {
  parentPort?.postMessage(answer);
}

const request = workerData as GrowthRequest;
const helper = SnapshotHelper.startFor(...request.files);
try {
  send({ type: 'growth', growth: await measure(request, helper) });
} catch (error) {
  send({ type: 'refused', refusal: refusalOf(error) });
} finally {
  await helper?.close();
}
