import { Worker } from 'node:worker_threads';
import type { OriginalNames } from '../model/original-names.ts';
import type { NameAnswer, NameRequest } from './name-worker.ts';

/** A bundle of 20 MB takes some ten seconds on a busy machine. */
const DEADLINE_MS = 30_000;
/** Of the syntax tree; what needs more is not named. Deeply nested code needs much of the stack. */
const LIMITS = { maxOldGenerationSizeMb: 1024, stackSizeMb: 16 };

/**
 * Finds the original names of minified scripts, in a thread of its own: parsing takes long, and neither script nor map is
 * trusted. What takes too much time or memory costs the names of that script only.
 */
export class NameReader {
  #worker: Worker | null = null;

  /** Null where there are none to tell. `root`: of the target's files. */
  read(path: string, root: string): Promise<OriginalNames | null> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve) => {
      const end = (answer: NameAnswer, isBroken: boolean): void => {
        clearTimeout(timer);
        worker.off('message', answered);
        worker.off('exit', broken);
        if (isBroken) {
          this.#worker = null;
          void worker.terminate();
        }
        resolve(answer);
      };
      const answered = (answer: NameAnswer): void => end(answer, false);
      const broken = (): void => end(null, true);
      const timer = setTimeout(broken, DEADLINE_MS);
      worker.on('message', answered);
      worker.on('exit', broken);
      worker.postMessage({ path, root } satisfies NameRequest);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./name-worker.js', import.meta.url), {
      execArgv: [],
      resourceLimits: LIMITS,
    });
    // Out of memory: it ends then, which is listened to.
    worker.on('error', () => {});
    return worker;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}
