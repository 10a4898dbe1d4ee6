import { appendFile, chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvent } from '../format/event-line.ts';
import { encodeRequestInterval } from '../format/request-line.ts';
import { formatRunManifest } from '../format/run-manifest.ts';
import { encodeSample } from '../format/sample-line.ts';
import { encodeScrape } from '../format/scrape-line.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { Scrape } from '../model/scrape.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import { JournalWriter } from './journal-writer.ts';
import { ManifestWriter } from './manifest-writer.ts';
import { readManifest } from './read-manifest.ts';
import {
  type ArtefactKind,
  FOLDERS,
  JOURNALS,
  type JournalName,
  MANIFEST,
  type RunFile,
  runFile,
} from './run-files.ts';
import { errnoOf, storageError } from './storage-error.ts';
import { publishPart, writeAtomically } from './write-atomically.ts';

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

/**
 * Starts a new run folder (0700, files 0600) and writes its run.json. Throws a ProfilerError (exit 6) when the folder
 * holds something already, unless `overwrite`, or when the disk refuses.
 */
export async function createRun(
  dir: string,
  manifest: RunManifest,
  options: RecorderOptions & { readonly overwrite?: boolean } = {},
): Promise<RunRecorder> {
  if (options.overwrite) await emptyRunFolder(dir);
  await refuseUsedFolder(dir);
  await makeFolder(dir);
  return openRecorder(dir, manifest, options);
}

/** Goes on with the run in `dir`: journals are appended to, the manifest is that of run.json. */
export async function resumeRun(dir: string, options: RecorderOptions = {}): Promise<RunRecorder> {
  return openRecorder(dir, await readManifest(dir), options);
}

async function openRecorder(dir: string, given: RunManifest, options: RecorderOptions): Promise<RunRecorder> {
  const manifest = redacted(given);
  for (const folder of FOLDERS) await makeFolder(join(dir, folder));
  // All journals are there from the start, so that a missing one is a loss to the reader.
  for (const name of Object.values(JOURNALS)) {
    if (name === JOURNALS.scrapes && !manifest.scrape) continue;
    await appendFile(join(dir, name), '', { mode: 0o600 }).catch(rethrowFor(join(dir, name)));
  }
  const path = join(dir, MANIFEST);
  await writeAtomically(path, formatRunManifest(manifest)).catch(rethrowFor(path));
  return new RunRecorder(dir, manifest, options);
}

/**
 * Writes one run; all of it goes through `redacted` here, but profiles and snapshots, which are as V8 makes them. No method but `close` and those of artefacts fails for the disk's sake: what waits is
 * tried again.
 */
export class RunRecorder {
  readonly dir: string;
  readonly #journals: Readonly<Record<JournalName, JournalWriter>>;
  readonly #manifest: ManifestWriter;
  readonly #inTrouble = new Map<string, ProfilerError>();
  readonly #retryMs: number;
  readonly #onStorage: (change: StorageChange) => void;

  constructor(dir: string, manifest: RunManifest, options: RecorderOptions) {
    this.dir = dir;
    this.#onStorage = options.onStorage ?? (() => {});
    const retryMs = options.retryMs ?? RETRY_MS;
    this.#retryMs = retryMs;
    const journal = (name: JournalName): JournalWriter =>
      new JournalWriter(join(dir, JOURNALS[name]), {
        bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
        syncIntervalMs: options.syncIntervalMs ?? SYNC_INTERVAL_MS,
        retryMs,
        ...this.#watch(JOURNALS[name]),
      });
    this.#journals = {
      samples: journal('samples'),
      requests: journal('requests'),
      events: journal('events'),
      scrapes: journal('scrapes'),
    };
    this.#manifest = new ManifestWriter(join(dir, MANIFEST), manifest, { retryMs, ...this.#watch(MANIFEST) });
  }

  get manifest(): RunManifest {
    return this.#manifest.current;
  }

  /** Whether some file of the run waits for the disk: the moment to put heavy captures off. */
  get inTrouble(): boolean {
    return this.#inTrouble.size > 0;
  }

  appendSample(sample: Sample): void {
    this.#journals.samples.append(encodeSample(sample));
  }

  appendEvent(event: RunEvent): void {
    this.#journals.events.append(encodeEvent(redacted(event, redactMessage)));
  }

  appendRequests(interval: RequestInterval): void {
    // Not the histograms, which are text too.
    const { name, errorKinds } = redacted({ name: interval.name, errorKinds: interval.errorKinds });
    this.#journals.requests.append(encodeRequestInterval({ ...interval, name, errorKinds }));
  }

  appendScrape(scrape: Scrape): void {
    this.#journals.scrapes.append(encodeScrape({ ...scrape, error: redacted(scrape.error, redactMessage) }));
  }

  /** Settles when the change is in run.json, or when the disk has refused it once (it is tried again). */
  updateManifest(change: (manifest: RunManifest) => RunManifest): Promise<void> {
    return this.#manifest.update((manifest) => redacted(change(manifest)));
  }

  fileFor(kind: ArtefactKind, name: string | number): RunFile {
    return runFile(this.dir, kind, name);
  }

  /** Writes a whole artefact of ours as JSON. Throws a ProfilerError (exit 6). */
  async writeData(target: RunFile, value: object): Promise<void> {
    await this.writeArtefact(target, JSON.stringify(redacted(value)));
  }

  /** Writes a whole artefact as V8 gave it. Throws a ProfilerError (exit 6). */
  async writeArtefact(target: RunFile, content: string | Uint8Array): Promise<void> {
    await writeAtomically(target.path, content).catch(rethrowFor(target.path));
  }

  /** Publishes an artefact that was streamed to its `partPath`. Throws a ProfilerError (exit 6). */
  async publishArtefact(target: RunFile): Promise<void> {
    await publishPart(target.path).catch(rethrowFor(target.path));
  }

  /** Whether all that was recorded so far is on the disk. */
  async flush(): Promise<boolean> {
    const results = await Promise.all([
      ...Object.values(this.#journals).map((journal) => journal.flush()),
      this.#manifest.flush(),
    ]);
    return results.every(Boolean);
  }

  /** Some last attempts for all that waits. Throws a ProfilerError (exit 6) when something was lost. */
  async close(): Promise<void> {
    for (let attempt = 1; attempt < LAST_ATTEMPTS && !(await this.flush()); attempt += 1) await sleep(this.#retryMs);
    const names = Object.keys(this.#journals) as JournalName[];
    const lost = await Promise.all(names.map((name) => this.#journals[name].close()));
    const losses = names
      .map((name, index) => ({ file: JOURNALS[name], lines: lost[index] ?? 0 }))
      .filter(({ lines }) => lines > 0)
      .map(({ file, lines }) => `${lines} ${lines === 1 ? 'line' : 'lines'} of ${file}`);
    if (!(await this.#manifest.close())) losses.push(`the last state of ${MANIFEST}`);
    if (losses.length === 0) return;
    const [cause] = this.#inTrouble.values();
    throw new ProfilerError(
      'storage',
      EXIT.storage,
      `${basename(this.dir)}: never reached the disk: ${losses.join(', ')}${cause ? ` (${cause.message})` : ''}`,
      cause?.hint ?? 'The disk refused them for longer than they could be held in memory.',
    );
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

function rethrowFor(path: string): (error: unknown) => never {
  return (error) => {
    throw storageError('cannot write', path, error);
  };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
  } catch (error) {
    throw storageError('cannot create', path, error);
  }
}

async function refuseUsedFolder(dir: string): Promise<void> {
  const present = await readdir(dir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError('cannot read', dir, error);
  });
  if (present.length === 0) return;
  throw new ProfilerError(
    'run-folder-exists',
    EXIT.storage,
    `${dir} is not empty: it holds ${present.slice(0, 3).join(', ')}${present.length > 3 ? ', …' : ''}`,
    'Choose another folder with --out, go on with that run (profiler resume), or say --force to replace it.',
  );
}

/** Removes what a run consists of, and nothing else that may lie there. */
async function emptyRunFolder(dir: string): Promise<void> {
  for (const name of [MANIFEST, ...Object.values(JOURNALS), ...FOLDERS]) {
    await rm(join(dir, name), { recursive: true, force: true }).catch((error: unknown) => {
      throw storageError('cannot replace', join(dir, name), error);
    });
  }
}
