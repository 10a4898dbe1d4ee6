import type { OriginalNames } from '../model/original-names.ts';
import type { NameAnswer, NameRequest } from './name-worker.ts';
import { WorkerDesk } from './worker-desk.ts';

/** A bundle of 20 MB takes some ten seconds on a busy machine. */
const DEADLINE_MS = 30_000;

/** Finds the original names of minified scripts: parsing takes long, and neither script nor map is trusted. */
export class NameReader {
  readonly #desk = new WorkerDesk<NameRequest, NameAnswer>(new URL('./name-worker.js', import.meta.url), DEADLINE_MS);

  /** Null where there are none to tell. `root`: of the target's files. */
  read(path: string, root: string): Promise<OriginalNames | null> {
    return this.#desk.ask({ path, root });
  }

  close(): Promise<void> {
    return this.#desk.close();
  }
}
