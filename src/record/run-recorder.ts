import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addToChecksum } from '../files/checksum.ts';
import type { KnownFolders, RefusePath } from '../files/known-folders.ts';
import { rethrowFor, storageError } from '../files/storage-error.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { hex } from '../format/crc32.ts';
import { encodeEvent } from '../format/event-line.ts';
import { checksumOfLine } from '../format/journal.ts';
import { encodeRequestInterval } from '../format/request-line.ts';
import { encodeSample } from '../format/sample-line.ts';
import { encodeScrape } from '../format/scrape-line.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printableLines } from '../model/printable.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { Scrape } from '../model/scrape.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import type { NamedLock } from '../target/named-lock.ts';
import type { JournalLedger } from './journal-ledger.ts';
import { JournalWriter } from './journal-writer.ts';
import { listArtefacts } from './list-artefacts.ts';
import { ManifestWriter } from './manifest-writer.ts';
import { type ArtefactKind, JOURNALS, type JournalName, MANIFEST, type RunFile, runFile } from './run-files.ts';
import { removeRun } from './run-place.ts';
import { withSizes } from './sealed-sizes.ts';

/** What the recorder tells about the disk; the caller makes an event of it, warns, and stops heavy captures. */
export type StorageChange =
  | { readonly state: 'trouble'; readonly file: string; readonly error: ProfilerError }
  /** `lostLines`: of this file, since the start of the run, for want of memory; the caller marks the gap. */
  | { readonly state: 'recovered'; readonly file: string; readonly lostLines: number };

export interface RecorderOptions {
  /** Per journal. The default holds half an hour of one sample a second many times over. */
  readonly bufferBytes?: number;
  readonly syncIntervalMs?: number;
  readonly retryMs?: number;
  readonly onStorage?: (change: StorageChange) => void;
}

const BUFFER_BYTES = 32 * 1024 * 1024;
const SYNC_INTERVAL_MS = 10_000;
const RETRY_MS = 500;
const LAST_ATTEMPTS = 4;

export type Ledgers = Readonly<Record<JournalName, JournalLedger>>;

export interface OpenOptions extends RecorderOptions {
  /** What the journals should hold; null if unknown. */
  readonly ledgers: Ledgers | null;
  /** The artefacts of a resumed run. Other files next to them are not ours. */
  readonly earlier: readonly string[];
  /** Of these, as far as they are known. */
  readonly checksums: Readonly<Record<string, string>>;
  /** The run that this one takes the place of, set aside. */
  readonly replaced: string | null;
  /** Of both folders; released when the run is closed. */
  readonly locks: readonly NamedLock[];
}

/**
 * Writes one run; all of it goes through `redacted` here, but profiles and snapshots, which are as V8 makes them. No method
 * but `close` and those of artefacts fails for the disk's sake: what waits is tried again.
 */
export class RunRecorder {
  readonly dir: string;
  /** Throws a ProfilerError (exit 6) where the folder of this path is not the one any more that the run began in. */
  readonly refuse: RefusePath;
  readonly #folders: KnownFolders;
  readonly #journals: Readonly<Record<JournalName, JournalWriter>>;
  readonly #manifest: ManifestWriter;
  readonly #losses = new Map<string, string>();
  readonly #ledgers: Ledgers | null;
  /** CRC-32 of artefacts by their path in the run folder. */
  readonly #checksums: Map<string, string>;
  readonly #inTrouble = new Map<string, ProfilerError>();
  readonly #retryMs: number;
  readonly #onStorage: (change: StorageChange) => void;
  /** Artefacts of this run by their path in it. */
  readonly #own: Set<string>;
  readonly #locks: readonly NamedLock[];
  #replaced: string | null;
  #hasData = false;

  constructor(dir: string, manifest: RunManifest, folders: KnownFolders, options: OpenOptions) {
    this.dir = dir;
    this.#folders = folders;
    this.refuse = folders.refuse;
    this.#ledgers = options.ledgers;
    this.#replaced = options.replaced;
    this.#own = new Set(options.earlier);
    this.#checksums = new Map(Object.entries(options.checksums));
    this.#locks = options.locks;
    this.#onStorage = options.onStorage ?? (() => {});
    const retryMs = options.retryMs ?? RETRY_MS;
    this.#retryMs = retryMs;
    const journal = (name: JournalName): JournalWriter =>
      new JournalWriter(join(dir, JOURNALS[name]), {
        bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
        syncIntervalMs: options.syncIntervalMs ?? SYNC_INTERVAL_MS,
        retryMs,
        refuse: folders.refuse,
        ...this.#watch(JOURNALS[name]),
      });
    this.#journals = {
      samples: journal('samples'),
      requests: journal('requests'),
      events: journal('events'),
      scrapes: journal('scrapes'),
    };
    this.#manifest = new ManifestWriter(join(dir, MANIFEST), manifest, {
      retryMs,
      refuse: folders.refuse,
      ...this.#watch(MANIFEST),
    });
  }

  get manifest(): RunManifest {
    return this.#manifest.current;
  }

  /** What the disk says while some file of the run waits for it, the moment to leave heavy captures out; else null. */
  get inTrouble(): ProfilerError | null {
    return [...this.#inTrouble.values()][0] ?? null;
  }

  /** What was to be recorded and is not, for the disk's sake: as text, with the reason. */
  get losses(): readonly string[] {
    return [...this.#losses].map(([what, reason]) => `${what} (${reason})`);
  }

  noteLoss(what: string, reason: string): void {
    this.#losses.set(what, reason);
  }

  /** Where the run is that this one replaces; null if there was none, or once it is removed. */
  get replaced(): string | null {
    return this.#replaced;
  }

  appendSample(sample: Sample): void {
    this.#hasData = true;
    this.#append('samples', encodeSample(sample));
  }

  appendEvent(event: RunEvent): void {
    this.#append('events', encodeEvent(redacted(event, redactMessage)));
  }

  appendRequests(interval: RequestInterval): void {
    this.#hasData = true;
    // Not the histograms, which are text too.
    const { name, errorKinds } = redacted({ name: interval.name, errorKinds: interval.errorKinds });
    this.#append('requests', encodeRequestInterval({ ...interval, name, errorKinds }));
  }

  appendScrape(scrape: Scrape): void {
    this.#append('scrapes', encodeScrape({ ...scrape, error: redacted(scrape.error, redactMessage) }));
  }

  /** Settles when the change is in run.json, or when the disk has refused it once (it is tried again). */
  updateManifest(change: (manifest: RunManifest) => RunManifest): Promise<void> {
    return this.#manifest.update((manifest) => redacted(change(manifest)));
  }

  fileFor(kind: ArtefactKind, name: string | number): RunFile {
    const file = runFile(this.dir, kind, name);
    this.#own.add(file.file);
    return file;
  }

  /** Writes a whole artefact of ours as JSON. Throws a ProfilerError (exit 6). */
  async writeData(target: RunFile, value: object): Promise<void> {
    await this.writeArtefact(target, printableLines(JSON.stringify(redacted(value))));
  }

  /** Writes a whole artefact as V8 gave it. Throws a ProfilerError (exit 6). */
  async writeArtefact(target: RunFile, content: string | Uint8Array): Promise<void> {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      await writeAtomically(target.path, bytes, 'replace', this.refuse);
      this.keepChecksum(target, hex(addToChecksum(0, bytes)));
      this.#losses.delete(target.file);
    } catch (error) {
      this.noteLoss(target.file, (error as Error).message);
      throw error;
    }
  }

  /** `checksum`: of an artefact as it was written, so that readers see whether it is still the same. */
  keepChecksum({ file }: RunFile, checksum: string): void {
    this.#checksums.set(file, checksum);
  }

  /** Whether all that was recorded so far is on the disk. */
  async flush(): Promise<boolean> {
    const results = await Promise.all([
      ...Object.values(this.#journals).map((journal) => journal.flush()),
      this.#manifest.flush(),
    ]);
    return results.every(Boolean);
  }

  /**
   * Some last attempts for all that waits. Throws a ProfilerError (exit 6) when something was lost; `folder-replaced` where
   * what stands at `dir` is not this run any more.
   */
  async close(): Promise<void> {
    try {
      await this.#closeFiles();
    } finally {
      this.#release();
    }
  }

  #release(): void {
    this.#folders.release();
    for (const lock of this.#locks) lock.release();
  }

  async #closeFiles(): Promise<void> {
    for (let attempt = 1; attempt < LAST_ATTEMPTS && !(await this.flush()); attempt += 1) await sleep(this.#retryMs);
    const names = Object.keys(this.#journals) as JournalName[];
    const lost = await Promise.all(names.map((name) => this.#journals[name].close()));
    const losses = names
      .map((name, index) => ({ file: JOURNALS[name], lines: lost[index] ?? 0 }))
      .filter(({ lines }) => lines > 0)
      .map(({ file, lines }) => `${lines} ${lines === 1 ? 'line' : 'lines'} of ${file}`);
    const replaced = this.#folders.objection(this.dir);
    if (replaced !== null) {
      await this.#manifest.close();
      throw replaced;
    }
    if (!(await this.#seal())) losses.push(`the last state of ${MANIFEST}`);
    if (losses.length === 0) {
      await this.#removeReplaced();
      return;
    }
    const [cause] = this.#inTrouble.values();
    throw new ProfilerError(
      'storage',
      EXIT.storage,
      `${basename(this.dir)}: never reached the disk: ${losses.join(', ')}${cause ? ` (${cause.message})` : ''}`,
      cause?.hint ?? 'The disk refused writes for longer than the data could be kept in memory.',
    );
  }

  /**
   * It stays where a file of the user lies in it, where the disk refuses, and where this run lacks something: the caller
   * says so.
   */
  async #removeReplaced(): Promise<void> {
    if (this.#replaced === null || !this.#hasData || this.#losses.size > 0) return;
    if (await removeRun(this.#replaced).catch(() => false)) this.#replaced = null;
  }

  /**
   * For a run that did not come to record anything: takes away what `createRun` made, and gives a replaced run its place
   * back.
   */
  async discard(): Promise<void> {
    try {
      await this.#closeFiles().catch(() => {});
      if (this.#folders.objection(this.dir) !== null) return;
      if (!(await removeRun(this.dir)) || this.#replaced === null) return;
      await rename(this.#replaced, this.dir).catch(rethrowFor(this.dir));
      this.#replaced = null;
    } finally {
      this.#release();
    }
  }

  /** A line counts when it is handed over: a reader notices a line that the disk never took. */
  #append(name: JournalName, line: string): void {
    this.#ledgers?.[name].add(checksumOfLine(line));
    this.#journals[name].append(line);
  }

  /** The last change of run.json says what the folder holds. False when the disk refuses it. */
  async #seal(): Promise<boolean> {
    const ledgers = this.#ledgers;
    if (ledgers) {
      const names = (Object.keys(JOURNALS) as JournalName[]).filter(
        (name) => name !== 'scrapes' || this.manifest.scrape,
      );
      const journals = Object.fromEntries(names.map((name) => [JOURNALS[name], ledgers[name].seal]));
      const onDisk = await listArtefacts(this.dir).catch(() => null);
      if (onDisk) {
        const files = Object.fromEntries([...onDisk].filter(([file]) => this.#own.has(file)));
        const checksums = Object.fromEntries([...this.#checksums].filter(([file]) => file in files));
        const sizes = await withSizes(this.dir, journals);
        await this.updateManifest((manifest) => ({ ...manifest, seal: { journals: sizes, files, checksums } }));
      }
      for (let attempt = 1; attempt < LAST_ATTEMPTS && !(await this.#manifest.flush()); attempt += 1) {
        await sleep(this.#retryMs);
      }
    }
    return await this.#manifest.close();
  }

  #watch(file: string): { onTrouble: (error: unknown) => void; onRecovered: (lostLines: number) => void } {
    return {
      onTrouble: (cause) => {
        const isNew = !this.#inTrouble.has(file);
        const error = storageError('cannot write', join(this.dir, file), cause);
        this.#inTrouble.set(file, error);
        if (isNew) this.#onStorage({ state: 'trouble', file, error });
      },
      onRecovered: (lostLines) => {
        if (this.#inTrouble.delete(file)) this.#onStorage({ state: 'recovered', file, lostLines });
      },
    };
  }
}
