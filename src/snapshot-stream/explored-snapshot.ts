import { Worker } from 'node:worker_threads';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { HeapAnswer, HeapAnswers, HeapQuestion } from '../model/heap-answers.ts';
import type { Milliseconds } from '../model/units.ts';
import type { OnProgress } from './open-snapshot.ts';
import { errorOf, type Refusal } from './refusal.ts';

export interface ExploreStart {
  readonly file: string;
  readonly salt: number;
  readonly salvage: boolean;
}

export interface ExploreRequest {
  readonly id: number;
  readonly question: HeapQuestion;
}

export type ExploreAnswer =
  | { readonly type: 'progress'; readonly what: string; readonly done: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: HeapAnswer }
  | { readonly type: 'refused'; readonly id: number; readonly refusal: Refusal }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

export interface ExploreOptions {
  /** For the fingerprints of texts. */
  readonly salt: number;
  readonly salvage?: boolean;
  readonly onProgress?: OnProgress;
}

/** A regular expression may take for ever; a snapshot of gigabytes is read in a minute. */
const LONGEST_MS: Milliseconds = 120_000;

interface Asked {
  readonly resolve: (answer: HeapAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** A snapshot in a thread of its own, which is asked about it. Must be closed; then its memory is given back. */
export class ExploredSnapshot {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  #next = 0;
  #ended: Error | null = null;

  constructor(file: string, { salt, salvage = false, onProgress }: ExploreOptions) {
    const start: ExploreStart = { file, salt, salvage };
    this.#worker = new Worker(new URL('./explore-worker.js', import.meta.url), { workerData: start, execArgv: [] });
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(closed()));
    this.#worker.on('message', (answer: ExploreAnswer) => {
      if (answer.type === 'progress') onProgress?.(answer.what, answer.done);
      else this.#settle(answer);
    });
  }

  get isEnded(): boolean {
    return this.#ended !== null;
  }

  /** Throws a ProfilerError: what the file or the question is refused for, or that it took too long. */
  ask<Question extends HeapQuestion>(question: Question): Promise<HeapAnswers[Question['what']]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(), LONGEST_MS);
      const done =
        <Result>(settle: (result: Result) => void) =>
        (result: Result): void => {
          clearTimeout(timer);
          settle(result);
        };
      this.#asked.set(id, { resolve: done(resolve as (answer: HeapAnswer) => void), reject: done(reject) });
      this.#worker.postMessage({ id, question } satisfies ExploreRequest);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Exclude<ExploreAnswer, { type: 'progress' }>): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if (answer.type === 'answer') asked?.resolve(answer.answer);
    else asked?.reject(answer.type === 'refused' ? errorOf(answer.refusal) : new Error(answer.message));
  }

  /** The thread cannot be told to stop with one question alone. */
  #giveUp(): void {
    const hint = 'Ask for less, or use a simpler regular expression.';
    const message = `The snapshot gave no answer within ${LONGEST_MS / 1000} s; it was closed.`;
    this.#end(new ProfilerError('heap-query-timeout', EXIT.usage, message, hint));
    void this.close();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#asked.values()) reject(this.#ended);
    this.#asked.clear();
  }
}

function closed(): Error {
  return new ProfilerError('snapshot-closed', EXIT.usage, 'The snapshot was closed.', 'Open it again.');
}
