import { Worker } from 'node:worker_threads';

export interface ClassGrowth {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
}

/** Classes of which there is more in the later of two snapshots, most bytes first: read in a thread, so that no sample is late. */
export function classGrowth(before: string, after: string): Promise<readonly ClassGrowth[]> {
  return new Promise((resolve, reject) => {
    const workerData = { before, after };
    const worker = new Worker(new URL('./class-growth-worker.js', import.meta.url), { workerData, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the comparison ended without a result')));
    // A run that ends does not wait for it.
    worker.unref();
  });
}
