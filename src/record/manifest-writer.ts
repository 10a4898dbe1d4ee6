import type { RefusePath } from '../files/known-folders.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { formatRunManifest } from '../format/run-manifest.ts';
import type { RunManifest } from '../model/run-manifest.ts';

interface ManifestWriterOptions {
  readonly retryMs: number;
  /** Asked before each writing. */
  readonly refuse: RefusePath;
  readonly onTrouble: (error: unknown) => void;
  readonly onRecovered: (lostLines: number) => void;
}

/** Keeps run.json up to date: changes are made in memory at once and written in order, the latest state only. */
export class ManifestWriter {
  readonly #path: string;
  readonly #options: ManifestWriterOptions;
  #current: RunManifest;
  #onDisk: RunManifest;
  #writing: Promise<void> | null = null;
  #retryTimer: NodeJS.Timeout | null = null;

  /** `manifest` is what the file holds. */
  constructor(path: string, manifest: RunManifest, options: ManifestWriterOptions) {
    this.#path = path;
    this.#options = options;
    this.#current = manifest;
    this.#onDisk = manifest;
  }

  get current(): RunManifest {
    return this.#current;
  }

  update(change: (manifest: RunManifest) => RunManifest): Promise<void> {
    this.#current = change(this.#current);
    return this.#startWriting();
  }

  async flush(): Promise<boolean> {
    await this.#startWriting();
    return this.#onDisk === this.#current;
  }

  async close(): Promise<boolean> {
    const done = await this.flush();
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    return done;
  }

  #startWriting(): Promise<void> {
    if (this.#writing) return this.#writing;
    if (this.#onDisk === this.#current) return Promise.resolve();
    this.#writing = this.#write();
    return this.#writing;
  }

  /** Ends its round in the same turn in which it finds nothing left to write, so that no change falls between two. */
  async #write(): Promise<void> {
    while (this.#onDisk !== this.#current) {
      const manifest = this.#current;
      try {
        await writeAtomically(this.#path, formatRunManifest(manifest), 'replace', this.#options.refuse);
        this.#onDisk = manifest;
        this.#options.onRecovered(0);
      } catch (error) {
        this.#options.onTrouble(error);
        this.#tryAgainLater();
        break;
      }
    }
    this.#writing = null;
  }

  #tryAgainLater(): void {
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      void this.#startWriting();
    }, this.#options.retryMs * 4).unref();
  }
}
