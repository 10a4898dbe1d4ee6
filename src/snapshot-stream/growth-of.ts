import { Worker } from 'node:worker_threads';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { HeapGrowth } from '../model/heap-growth.ts';
import type { ScriptNames } from '../model/original-names.ts';
import type { OnProgress } from './open-snapshot.ts';
import { errorOf, type Refusal } from './refusal.ts';

export interface GrowthOptions {
  /** Requests that the target had answered in all when each snapshot was taken; null if not counted. */
  readonly requests?: readonly (number | null)[];
  /** Id epoch of each snapshot: object ids compare within one epoch only. Null or left out where the origin is unknown. */
  readonly idEpochs?: readonly (string | null)[];
  readonly onProgress?: OnProgress;
  readonly salvage?: boolean;
  /** What is known of the scripts of the program: by it minified names are told as the source has them. */
  readonly scripts?: readonly ScriptNames[];
}

export interface GrowthRequest {
  readonly files: readonly string[];
  readonly requests: readonly (number | null)[];
  readonly idEpochs: readonly (string | null)[];
  readonly salvage: boolean;
  readonly scripts: readonly ScriptNames[];
}

/** What the worker says. An error crosses threads as its parts. */
export type GrowthAnswer =
  | { readonly type: 'progress'; readonly what: string; readonly done: number }
  | { readonly type: 'growth'; readonly growth: HeapGrowth }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/**
 * What grew over two or more snapshots of one service, given in the order in which they were taken. Runs in a worker
 * thread, so the caller's event loop stays live; needs the memory of one snapshot's graph.
 */
export function growthOf(files: readonly string[], options: GrowthOptions = {}): Promise<HeapGrowth> {
  if (files.length < 2) {
    return Promise.reject(
      new ProfilerError(
        'too-few-snapshots',
        EXIT.usage,
        'growth needs at least two snapshots',
        'Give them in the order in which they were taken.',
      ),
    );
  }
  const request: GrowthRequest = {
    files,
    requests: files.map((_, index) => options.requests?.[index] ?? null),
    idEpochs: files.map((_, index) => options.idEpochs?.[index] ?? null),
    salvage: options.salvage ?? false,
    scripts: options.scripts ?? [],
  };
  const worker = new Worker(new URL('./growth-worker.js', import.meta.url), { workerData: request, execArgv: [] });
  return new Promise<HeapGrowth>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the growth worker ended with code ${code} and no answer`)));
    worker.on('message', (answer: GrowthAnswer) => {
      if (answer.type === 'progress') options.onProgress?.(answer.what, answer.done);
      else if (answer.type === 'growth') resolve(answer.growth);
      else reject(errorOf(answer.refusal));
    });
  });
}
