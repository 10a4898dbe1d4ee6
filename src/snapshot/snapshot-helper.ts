import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClassAggregate } from '../heap/aggregate-classes.ts';
import type { ClassTable } from '../heap/class-table.ts';
import type { EdgeColumns } from '../heap/edge-section.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { SnapshotLayout } from '../heap/snapshot-layout.ts';
import type { Repetitions } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { graphOf, type HelperAnswer, type HelperRequest, type Meeting, share } from './helper-messages.ts';
import { errorOf } from './refusal.ts';

/** Below this a second thread costs more to start than it saves. */
const WORTH_IT_BYTES = 48 << 20;

/** A second thread that takes over parts of the work on one snapshot. Must be closed. */
export class SnapshotHelper {
  private readonly worker: Worker;

  /** Null where a second thread would not help. */
  static start(sizeBytes: Bytes | null): SnapshotHelper | null {
    if (sizeBytes === null || sizeBytes < WORTH_IT_BYTES || availableParallelism() < 2) return null;
    return new SnapshotHelper();
  }

  private constructor() {
    this.worker = new Worker(new URL('./helper-worker.js', import.meta.url), { execArgv: [] });
  }

  /** Begins to read the second part of the file; the meeting tells where that begins. */
  readTail(
    file: string,
    sizeBytes: Bytes,
    started: { readonly layout: SnapshotLayout; readonly edges: EdgeColumns; readonly offset: number },
  ): { readonly meeting: Meeting; readonly tail: Promise<ParsedTail | null> } {
    const meeting: Meeting = { offsets: new BigInt64Array(new SharedArrayBuffer(16)) };
    const { layout, edges, offset: nodesOffset } = started;
    const tail = this.ask('tail', { type: 'read-tail', file, sizeBytes, layout, nodesOffset, edges, meeting });
    return { meeting, tail: tail.then((answer) => answer.tail) };
  }

  /** A whole file without its edges. Rejects with a ProfilerError where it cannot be read. */
  async nodes(file: string, salvage: boolean): Promise<HeapGraph> {
    const { graph } = await this.ask('nodes', { type: 'nodes', file, salvage });
    if ('code' in graph) throw errorOf(graph);
    return graphOf(graph);
  }

  /** Shallow sizes and classes of the graph, while the caller builds the dominator tree. */
  sizesAndClasses(graph: HeapGraph): Promise<{ readonly shallow: Uint32Array; readonly classes: ClassTable }> {
    return this.ask('sizes-and-classes', { type: 'sizes-and-classes', graph: share(graph) });
  }

  async repetitions(graph: HeapGraph, most: number): Promise<Repetitions> {
    const { repetitions } = await this.ask('repetitions', { type: 'repetitions', graph: share(graph), most });
    return repetitions;
  }

  /** Classes with their retained sizes: all of `analyseGraph`, while the caller does something else with the graph. */
  async aggregates(graph: HeapGraph): Promise<readonly ClassAggregate[]> {
    const { aggregates } = await this.ask('aggregates', { type: 'aggregates', graph: share(graph) });
    return aggregates;
  }

  /** Several requests may be under way; they are answered in order. */
  private ask<Type extends HelperAnswer['type']>(
    type: Type,
    request: HelperRequest,
  ): Promise<Extract<HelperAnswer, { type: Type }>> {
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('error', failed).off('exit', ended).off('message', answered);
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      const ended = (code: number): void => failed(new Error(`the helper thread ended with code ${code}`));
      const answered = (answer: HelperAnswer): void => {
        if (answer.type !== type) return;
        settle();
        resolve(answer as Extract<HelperAnswer, { type: Type }>);
      };
      worker.on('error', failed).on('exit', ended).on('message', answered);
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
