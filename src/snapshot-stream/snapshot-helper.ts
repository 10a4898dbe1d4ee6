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
import type { RetainingPath } from '../heap/paths/path-finder.ts';
import type { TreeLayout } from '../heap/retained-sizes.ts';
import type { Repetitions } from '../heap/summarise-graph.ts';
import type { Bytes } from '../model/units.ts';
import { graphOf, type HelperAnswer, type HelperRequest, type Numbered, share } from './helper-messages.ts';
import type { FrontStart, Meeting } from './read-front.ts';
import { errorOf } from './refusal.ts';

/** Below this a second thread costs more to start than it saves. */
const WORTH_IT_BYTES = 48 << 20;

/** A file whose front the helper reads. */
interface Beginning {
  readonly file: string;
  readonly meeting: Meeting;
  /** Null if the file does not begin as it should. */
  readonly start: Promise<FrontStart | null>;
}

/** A second thread that takes over parts of the work on one snapshot. Must be closed. */
export class SnapshotHelper {
  private readonly worker: Worker;
  private begun: Beginning | null = null;
  private classes: { file: string; salvage: boolean; indexed: Promise<IndexedSnapshot> } | null = null;
  private asked = 0;

  /** Null if a second thread would not help. */
  static start(sizeBytes: Bytes): SnapshotHelper | null {
    if (sizeBytes < WORTH_IT_BYTES || availableParallelism() < 2) return null;
    return new SnapshotHelper();
  }

  /** For the biggest of these files. */
  static startFor(...files: readonly string[]): SnapshotHelper | null {
    return SnapshotHelper.start(Math.max(...files.map(sizeOf)));
  }

  private constructor() {
    this.worker = new Worker(new URL('./helper-worker.js', import.meta.url), { execArgv: [] });
  }

  /** Whether the process waits for what was asked. Work that was begun ahead, and may be for nothing, should not hold it. */
  hold(isHeld: boolean): void {
    if (isHeld) this.worker.ref();
    else this.worker.unref();
  }

  /** Whether it reads that file already. */
  isReading(file: string): boolean {
    return this.begun?.file === file || this.classes?.file === file;
  }

  /** Begins to read the file, if it did not already. */
  begin(file: string, sizeBytes: Bytes = sizeOf(file)): Beginning {
    if (this.begun?.file === file) return this.begun;
    const meeting: Meeting = { offsets: new BigInt64Array(new SharedArrayBuffer(16)) };
    const start = this.ask({ type: 'front', file, sizeBytes, meeting }, ({ start }) => start);
    this.begun = { file, meeting, start };
    return this.begun;
  }

  /**
   * The graph of the file that was begun, with what the caller read of it; null if it must be read again. Its edges are
   * all there only when `placed`.
   */
  async join(
    tail: ParsedTail | null,
  ): Promise<{ readonly graph: HeapGraph | null; readonly placed: Promise<unknown> }> {
    this.begun = null;
    const joined = this.ask({ type: 'join', tail }, ({ graph }) => graph && graphOf(graph));
    const placed = this.ask({ type: 'placed' }, () => null);
    return { graph: await joined, placed };
  }

  /** Classes and ids of a whole file, read without its edges. Rejects with a ProfilerError if it cannot be read. */
  indexedClasses(file: string, salvage: boolean): Promise<IndexedSnapshot> {
    if (this.classes?.file === file && this.classes.salvage === salvage) return this.classes.indexed;
    const indexed = this.ask({ type: 'classes', file, salvage }, ({ snapshot }) => {
      if ('code' in snapshot) throw errorOf(snapshot);
      return snapshot;
    });
    this.classes = { file, salvage, indexed };
    return indexed;
  }

  /** Begins to size the nodes; what it returns takes the order of the dominator tree as soon as that is known. */
  sizeNodes(graph: HeapGraph): (nodeAt: Uint32Array) => Promise<NumberedNodes> {
    void this.ask({ type: 'size', graph: share(graph) }, () => null);
    return (nodeAt) => this.ask({ type: 'number', nodeAt }, ({ numbered }) => numbered);
  }

  layOut(tree: DominatorTree): Promise<TreeLayout> {
    return this.ask({ type: 'lay-out', tree }, ({ layout }) => layout);
  }

  biggest({ graph, numbered, sizes }: Omit<AnalysedGraph, 'aggregates'>, most: number): Promise<readonly BigObject[]> {
    return this.ask({ type: 'biggest', graph: share(graph), numbered, sizes, most }, ({ biggest }) => biggest);
  }

  repetitions(graph: HeapGraph, most: number): Promise<Repetitions> {
    return this.ask({ type: 'repetitions', graph: share(graph), most }, ({ repetitions }) => repetitions);
  }

  /** Classes with their retained sizes: all of `analyseGraph`, while the caller does something else with the graph. */
  aggregates(graph: HeapGraph): Promise<readonly ClassAggregate[]> {
    return this.ask({ type: 'aggregates', graph: share(graph) }, ({ aggregates }) => aggregates);
  }

  /** Begins to prepare; what it returns looks for the path to a node as soon as that is done. */
  paths(graph: HeapGraph): (node: number) => Promise<RetainingPath | null> {
    void this.ask({ type: 'prepare-paths', graph: share(graph) }, () => null);
    return (node) => this.ask({ type: 'path', node }, ({ path }) => path);
  }

  /** Several requests may be under way; they are answered in order. */
  private ask<Request extends HelperRequest, Result>(
    request: Request,
    pick: (answer: Extract<HelperAnswer, { type: Request['type'] }>) => Result,
  ): Promise<Result> {
    const { worker } = this;
    const id = this.asked++;
    const asked = new Promise<Extract<HelperAnswer, { type: Request['type'] }>>((resolve, reject) => {
      const settle = (): void => {
        worker.off('error', failed).off('exit', ended).off('message', answered);
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      const ended = (code: number): void => failed(new Error(`the helper thread ended with code ${code}`));
      const answered = (answer: Numbered<HelperAnswer>): void => {
        if (answer.id !== id) return;
        settle();
        resolve(answer.body as Extract<HelperAnswer, { type: Request['type'] }>);
      };
      worker.on('error', failed).on('exit', ended).on('message', answered);
      worker.postMessage({ id, body: request } satisfies Numbered<HelperRequest>);
    });
    const picked = asked.then(pick);
    // Whoever asked may have failed meanwhile, or never come for what was asked ahead.
    picked.catch(() => undefined);
    return picked;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}

/** 0 if it cannot be told: whoever opens the file says why. */
function sizeOf(file: string): Bytes {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
