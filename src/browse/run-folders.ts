import { createHash } from 'node:crypto';
import { type Dirent, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { irregularity, readRegularFile } from '../files/regular-file.ts';
import type { HeapEntry } from '../model/heap-pages.ts';
import type { Report } from '../model/report.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { RunEntry } from '../model/run-pages.ts';
import type { Bytes } from '../model/units.ts';
import { readManifest } from '../record/read-manifest.ts';
import { refuseRunInUse } from '../record/run-lock.ts';
import type { HeapFile } from './heap-routes.ts';

const MOST_REPORT_BYTES: Bytes = 64 * 1024 * 1024;
const KEY_DIGITS = 12;

/** A folder of `profiles/`, with what addresses call it. */
export interface RunFolder {
  readonly key: string;
  readonly name: string;
  readonly dir: string;
  readonly reportDir: string;
}

interface Known {
  readonly stamp: string;
  readonly entry: RunEntry;
}

/** The runs of one folder. What a page may name is a key of this list: never a path. */
export class RunFolders {
  readonly #dir: string;
  readonly #reports: string;
  /** Entries of runs that are over, as long as their files stay as they are. */
  readonly #known = new Map<string, Known>();

  constructor(dir: string, reports: string) {
    this.#dir = resolve(dir);
    this.#reports = resolve(reports);
  }

  /** Newest first. */
  async list(): Promise<RunEntry[]> {
    const entries = await Promise.all((await this.#folders()).map((folder) => this.entryOf(folder)));
    return entries.sort((a, b) => b.startWallMs - a.startWallMs || (a.id < b.id ? 1 : -1));
  }

  async find(key: string): Promise<RunFolder | null> {
    return (await this.#folders()).find((folder) => folder.key === key) ?? null;
  }

  async entryOf(folder: RunFolder): Promise<RunEntry> {
    const stamp = [join(folder.dir, 'run.json'), join(folder.reportDir, 'report.json')].map(stampOf).join(' ');
    const known = this.#known.get(folder.key);
    if (known?.stamp === stamp) return known.entry;
    const { entry, isClosed } = await readEntry(folder);
    // Whether somebody records into a run that is not closed must be asked each time.
    if (isClosed) this.#known.set(folder.key, { stamp, entry });
    return entry;
  }

  /** Snapshots of a run that are separate files in its folder. */
  async heapsOf(folder: RunFolder): Promise<HeapFile[]> {
    const { snapshots } = await readManifest(folder.dir);
    const there = snapshots.flatMap((snapshot, index) => {
      const path = join(folder.dir, snapshot.file);
      const fileBytes = isOwnFolder(dirname(path)) ? sizeOfOwn(path) : null;
      return fileBytes === null ? [] : [{ snapshot, path, fileBytes, id: `${folder.key}-${index + 1}` }];
    });
    return there.map(({ snapshot, path, fileBytes, id }, index) => ({
      id,
      path,
      fileBytes,
      name: snapshot.file.replace(/^heap\//, ''),
      run: folder.key,
      earlier: there
        .slice(0, index)
        .filter((other) => other.snapshot.segment === snapshot.segment)
        .map((other) => ({ id: other.id, name: other.snapshot.file.replace(/^heap\//, '') }))
        .reverse(),
    }));
  }

  /** A snapshot by its id, `<key>-<number>`. */
  async findHeap(id: string): Promise<HeapFile | null> {
    const folder = await this.find(id.replace(/-\d+$/, ''));
    return folder && ((await this.heapsOf(folder)).find((heap) => heap.id === id) ?? null);
  }

  async #folders(): Promise<RunFolder[]> {
    const found = await readdir(this.#dir, { withFileTypes: true }).catch((): Dirent[] => []);
    return found
      .filter((entry) => entry.isDirectory() && sizeOfOwn(join(this.#dir, entry.name, 'run.json')) !== null)
      .map(({ name }) => ({
        key: createHash('sha256').update(name).digest('hex').slice(0, KEY_DIGITS),
        name,
        dir: join(this.#dir, name),
        reportDir: join(this.#reports, name),
      }));
  }
}

/** What is shown of a snapshot: everything but its path. */
export function heapEntry({ path: _, ...entry }: HeapFile): HeapEntry {
  return entry;
}

async function readEntry(folder: RunFolder): Promise<{ readonly entry: RunEntry; readonly isClosed: boolean }> {
  let manifest: RunManifest;
  try {
    manifest = await readManifest(folder.dir);
  } catch (error) {
    return { entry: unreadable(folder, (error as Error).message), isClosed: false };
  }
  const report = await readReport(folder);
  const isRecorded = manifest.seal === undefined && (await isInUse(folder.dir));
  const entry: RunEntry = {
    key: folder.key,
    id: folder.name,
    state: isRecorded ? 'recording' : report ? 'reported' : 'not-reported',
    reason: null,
    target: manifest.target.name,
    scenario: manifest.scenario?.name ?? null,
    startWallMs: manifest.clock.startWallMs,
    durationMs: report?.run.durationMs ?? null,
    plannedMs: manifest.plan.durationMs,
    verdict: report?.verdict ?? null,
    findings: report?.findings.length ?? 0,
    snapshots: manifest.snapshots.length,
  };
  return { entry, isClosed: manifest.seal !== undefined };
}

function unreadable({ key, name }: RunFolder, reason: string): RunEntry {
  const nothing = { scenario: null, durationMs: null, verdict: null };
  const none = { startWallMs: 0, plannedMs: 0, findings: 0, snapshots: 0 };
  return { key, id: name, state: 'unreadable', reason, target: '', ...nothing, ...none };
}

/** Null if there is none, or it is of another kind. */
export async function readReport({ reportDir }: RunFolder): Promise<Report | null> {
  try {
    const bytes = await readRegularFile(join(reportDir, 'report.json'), { noLinks: true, maxBytes: MOST_REPORT_BYTES });
    const report = JSON.parse(bytes.toString('utf8')) as Partial<Report> | null;
    return isReport(report) ? report : null;
  } catch {
    return null;
  }
}

/** Has what the pages read of it: one file that somebody changed must not take the list of all runs away. */
function isReport(report: Partial<Report> | null): report is Report {
  const lists: readonly unknown[] = [report?.findings, report?.gates];
  return (
    report?.schema === 'profiler-report/1' &&
    typeof report.run === 'object' &&
    report.run !== null &&
    lists.every(Array.isArray)
  );
}

/** The page of a report; null if there is none. */
export async function readReportPage({ reportDir }: RunFolder): Promise<Buffer | null> {
  const path = join(reportDir, 'index.html');
  if (!isOwnFolder(reportDir) || sizeOfOwn(path) === null) return null;
  return await readRegularFile(path, { noLinks: true, maxBytes: MOST_REPORT_BYTES });
}

async function isInUse(dir: string): Promise<boolean> {
  return await refuseRunInUse(dir).then(
    () => false,
    () => true,
  );
}

function isOwnFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Null for what is no regular file of its own: a link may lead anywhere. */
function sizeOfOwn(path: string): Bytes | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && irregularity(stats) === null ? stats.size : null;
}

function stampOf(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs}-${stats.size}` : '-';
}
