import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClassTable } from '../heap/class-table.ts';
import type { EdgeColumns } from '../heap/edge-section.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { SnapshotLayout } from '../heap/snapshot-layout.ts';
import type { Bytes } from '../model/units.ts';
import type { HelperAnswer, HelperRequest, Meeting } from './helper-messages.ts';

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

  /** Shallow sizes and classes of the graph, while the caller builds the dominator tree. */
  async sizesAndClasses(graph: HeapGraph): Promise<{ readonly shallow: Uint32Array; readonly classes: ClassTable }> {
    const shared = { ...graph, strings: graph.strings.columns };
    return this.ask('sizes-and-classes', { type: 'sizes-and-classes', graph: shared });
  }

  private ask<Type extends HelperAnswer['type']>(
    type: Type,
    request: HelperRequest,
  ): Promise<Extract<HelperAnswer, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const ended = (code: number): void => reject(new Error(`the helper thread ended with code ${code}`));
      this.worker.once('error', reject);
      this.worker.once('exit', ended);
      this.worker.once('message', (answer: HelperAnswer) => {
        this.worker.off('error', reject);
        this.worker.off('exit', ended);
        if (answer.type === type) resolve(answer as Extract<HelperAnswer, { type: Type }>);
        else reject(new Error(`the helper thread answered ${answer.type} to ${type}`));
      });
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
