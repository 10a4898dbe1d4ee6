import { Worker } from 'node:worker_threads';
import type { Bytes, Milliseconds } from '../model/units.ts';

/** Of the syntax tree; what needs more is left out. Deeply nested code needs much of the stack. */
const LIMITS = { maxOldGenerationSizeMb: 1024, stackSizeMb: 16 };

/** For each byte of a script: 1.1 GB for one of 20 MB. */
const TIMES_SCRIPT = 50;
/** The thread itself. */
const BESIDE_BYTES: Bytes = 30e6;

/**
 * Whether a script can be parsed within the limits that this process lives under: they may be those of the service, and where
 * they are exceeded the kernel ends this tool, or all that live there (`memory.oom.group`, usual in Kubernetes).
 */
export function hasRoomToParse(scriptBytes: Bytes, roomBytes: Bytes): boolean {
  return BESIDE_BYTES + TIMES_SCRIPT * scriptBytes <= roomBytes;
}

/**
 * Asks one question after the other of a thread of its own, whose answers are of untrusted files. What takes too much
 * time or memory costs that answer only: it is null then, and the next question goes to a new thread.
 */
export class WorkerDesk<Question, Answer> {
  readonly #script: URL;
  readonly #deadlineMs: Milliseconds;
  #worker: Worker | null = null;

  constructor(script: URL, deadlineMs: Milliseconds) {
    this.#script = script;
    this.#deadlineMs = deadlineMs;
  }

  ask(question: Question): Promise<Answer | null> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve) => {
      const end = (answer: Answer | null, isBroken: boolean): void => {
        clearTimeout(timer);
        worker.off('message', answered);
        worker.off('exit', broken);
        if (isBroken) {
          this.#worker = null;
          void worker.terminate();
        }
        resolve(answer);
      };
      const answered = (answer: Answer): void => end(answer, false);
      const broken = (): void => end(null, true);
      const timer = setTimeout(broken, this.#deadlineMs);
      worker.on('message', answered);
      worker.on('exit', broken);
      worker.postMessage(question);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { execArgv: [], resourceLimits: LIMITS });
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
