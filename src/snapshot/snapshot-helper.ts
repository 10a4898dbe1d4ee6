import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClassAggregate } from '../heap/aggregate-classes.ts';
import type { AnalysedGraph } from '../heap/analyse-graph.ts';
import type { BigObject } from '../heap/biggest-dominators.ts';
import type { IndexedSnapshot } from '../heap/class-changes.ts';
import type { DominatorTree } from '../heap/dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import type { NumberedNodes } from '../heap/number-nodes.ts';
import type { ParsedTail } from '../heap/parsed-tail.ts';
import type { TreeLayout } from '../heap/retained-sizes.ts';
import type { Repetitions } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { graphOf, type HelperAnswer, type HelperRequest, share } from './helper-messages.ts';
import type { FrontStart, Meeting } from './read-front.ts';
import { errorOf } from './refusal.ts';

/** Below this a second thread costs more to start than it saves. */
const WORTH_IT_BYTES = 48 << 20;

/** A file whose front the helper reads. */
interface Beginning {
  readonly file: string;
  readonly meeting: Meeting;
  /** Null where the file does not begin as it should. */
  readonly start: Promise<FrontStart | null>;
}

/** A second thread that takes over parts of the work on one snapshot. Must be closed. */
export class SnapshotHelper {
  private readonly worker: Worker;
  private begun: Beginning | null = null;
  private classes: { file: string; salvage: boolean; indexed: Promise<IndexedSnapshot> } | null = null;
  private pending = 0;

  /** Null where a second thread would not help. */
  static start(sizeBytes: Bytes): SnapshotHelper | null {
    if (sizeBytes < WORTH_IT_BYTES || availableParallelism() < 2) return null;
    return new SnapshotHelper();
  }

  /** For the biggest of these files; whoever opens one that is not there says so. */
  static startFor(...files: readonly string[]): SnapshotHelper | null {
    return SnapshotHelper.start(Math.max(...files.map(sizeOf)));
  }

  private constructor() {
    this.worker = new Worker(new URL('./helper-worker.js', import.meta.url), { execArgv: [] });
    // Alone it keeps no process alive: only what is asked of it does.
    this.worker.unref();
  }

  /** Whether it reads that file already. */
  isReading(file: string): boolean {
    return this.begun?.file === file || this.classes?.file === file;
  }

  /** Begins to read the file, if it did not already. */
  begin(file: string, sizeBytes: Bytes = sizeOf(file)): Beginning {
    if (this.begun?.file === file) return this.begun;
    const meeting: Meeting = { offsets: new BigInt64Array(new SharedArrayBuffer(16)) };
    const start = this.ask('front', { type: 'front', file, sizeBytes, meeting }).then((answer) => answer.start);
    this.begun = { file, meeting, start };
    return this.begun;
  }

  /**
   * The graph of the file that was begun, with what the caller read of it; null where it must be read again. Its edges are
   * all there only when `placed`.
   */
  async join(
    tail: ParsedTail | null,
  ): Promise<{ readonly graph: HeapGraph | null; readonly placed: Promise<unknown> }> {
    this.begun = null;
    const joined = this.ask('join', { type: 'join', tail });
    const placed = this.ask('placed', { type: 'placed' });
    const { graph } = await joined;
    return { graph: graph && graphOf(graph), placed };
  }

  /** Classes and ids of a whole file, read without its edges. Rejects with a ProfilerError where it cannot be read. */
  indexedClasses(file: string, salvage: boolean): Promise<IndexedSnapshot> {
    if (this.classes?.file === file && this.classes.salvage === salvage) return this.classes.indexed;
    const answer = this.ask('classes', { type: 'classes', file, salvage });
    const indexed = answer.then(({ snapshot }) => {
      if ('code' in snapshot) throw errorOf(snapshot);
      return snapshot;
    });
    // Whoever asked ahead may never come for it.
    indexed.catch(() => undefined);
    this.classes = { file, salvage, indexed };
    return indexed;
  }

  /** Begins to size the nodes; what it returns takes the order of the dominator tree as soon as that is known. */
  sizeNodes(graph: HeapGraph): (nodeAt: Uint32Array) => Promise<NumberedNodes> {
    const sized = this.ask('size', { type: 'size', graph: share(graph) });
    return async (nodeAt) => {
      const answer = this.ask('number', { type: 'number', nodeAt });
      await sized;
      return (await answer).numbered;
    };
  }

  async layOut(tree: DominatorTree): Promise<TreeLayout> {
    return (await this.ask('lay-out', { type: 'lay-out', tree })).layout;
  }

  async biggest(
    { graph, numbered, sizes }: Omit<AnalysedGraph, 'aggregates'>,
    most: number,
  ): Promise<readonly BigObject[]> {
    return (await this.ask('biggest', { type: 'biggest', graph: share(graph), numbered, sizes, most })).biggest;
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
    if (this.pending++ === 0) worker.ref();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (--this.pending === 0) worker.unref();
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

function sizeOf(file: string): Bytes {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
