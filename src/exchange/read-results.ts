import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { storageError } from '../files/storage-error.ts';
import { documentFormat } from '../format/results/json-document.ts';
import type { ResultFormat, ResultReader } from '../format/results/load-result.ts';
import { DOCUMENT_FORMATS } from '../format/results/reports.ts';
import { knownButUnreadable, resultHead, STREAMED_FORMATS } from '../format/results/result-formats.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CrossedLimit } from '../model/run-event.ts';
import { formatBytes, type WallMs } from '../model/units.ts';
import type { IntervalBook } from './interval-book.ts';
import { ResultCollector, type Shortfall } from './result-collector.ts';

export interface ReadOptions {
  /** When the load began, for files that do not say it. Null: it ended when the file was written last. */
  readonly startWallMs: WallMs | null;
  readonly onProgress: (text: string) => void;
}

export interface Results {
  readonly book: IntervalBook;
  readonly requests: number;
  /** One a file, in order. */
  readonly formats: readonly { readonly file: string; readonly id: string; readonly title: string }[];
  /** What of the files could not be used. */
  readonly shortfall: Shortfall;
  /** What the load tool itself found wanting, as text. */
  readonly verdicts: readonly string[];
  /** Its own limits that were not held. */
  readonly crossed: readonly CrossedLimit[];
  /** Limits of the data, in sentences, and the shortfall. */
  readonly notes: readonly string[];
}

/** Enough to see the first line, however long. */
const HEAD_BYTES = 64 * 1024;
/** Results are packed to a fifth or a thirtieth; a file made to fill memory or disk to a thousandth. */
const MOST_TIMES_UNPACKED = 100;
const LEAST_UNPACKED_BYTES = 64 * 1024 * 1024;
const GZIP = [0x1f, 0x8b] as const;

/**
 * Reads results of other load tools, compressed by gzip or not, of one test or of its parts (generators on several
 * machines), into one book. Throws a ProfilerError: exit 2 for a file that is not known or holds no request.
 */
export async function readResults(files: readonly string[], options: ReadOptions): Promise<Results> {
  const collector = new ResultCollector(options.onProgress);
  const formats: { file: string; id: string; title: string }[] = [];
  const known = new Map<string, string>();
  for (const file of files) {
    const endWallMs = await lastWritten(file);
    const before = collector.requests;
    const { digest, ...format } = await readFile(file, collector);
    const twin = known.get(digest);
    if (twin !== undefined) throw twiceError(file, twin);
    known.set(digest, file);
    formats.push({ file, ...format });
    collector.placeUndated(options.startWallMs, endWallMs);
    if (collector.requests === before) throw emptyError(file, format.title, collector.notes());
  }
  const { book } = collector;
  if (book.hasLostNames) collector.note('more than 200 request names: the rest was grouped as (other requests)');
  collector.leaveOutStrays();
  return {
    book,
    requests: collector.requests,
    formats,
    shortfall: collector.shortfall,
    verdicts: collector.verdicts,
    crossed: collector.crossedLimits,
    notes: collector.notes(),
  };
}

async function lastWritten(file: string): Promise<WallMs> {
  const found = await stat(file).catch((error: unknown) => {
    throw new ProfilerError(
      'result-unreadable',
      EXIT.usage,
      `${file} cannot be read: ${(error as Error).message}`,
      'Give a result file of a load tool.',
    );
  });
  if (found.isFile() && found.size > 0) return found.mtimeMs;
  if (found.isFile()) {
    // A file of the kernel, which may have no end, has no size either.
    throw new ProfilerError('result-unreadable', EXIT.usage, `${file} is empty.`, 'Give a result file of a load tool.');
  }
  throw new ProfilerError(
    'result-unreadable',
    EXIT.usage,
    `${file} is not a file.`,
    'Give the file inside it: simulation.log of Gatling, _stats_history.csv of Locust.',
  );
}

/** `digest`: of what it holds, unpacked. */
async function readFile(
  file: string,
  collector: ResultCollector,
): Promise<{ id: string; title: string; digest: string }> {
  const digest = createHash('sha256');
  let head: Uint8Array = new Uint8Array(0);
  let reader: ResultReader | null = null;
  let format: { id: string; title: string } | null = null;
  const start = (): ResultReader => {
    const found = recognise(file, head, (document) => {
      format = document;
    });
    format ??= found;
    reader = found.open(collector);
    reader.push(head);
    return reader;
  };
  try {
    for await (const chunk of await unpacked(file)) {
      const bytes = chunk as Uint8Array;
      digest.update(bytes);
      if (reader !== null) (reader as ResultReader).push(bytes);
      else {
        head = Buffer.concat([head, bytes]);
        if (head.length >= HEAD_BYTES) start();
      }
    }
  } catch (error) {
    if (error instanceof ProfilerError) throw error;
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw storageError('cannot read', file, error);
    if (head.length === 0) throw damagedError(file, error as Error);
    // A compressed file that is cut off still holds what came before.
    collector.lost(`reading ended early: ${(error as Error).message}`);
  }
  (reader ?? start()).end();
  return { ...(format ?? { id: 'unknown', title: 'unknown' }), digest: digest.digest('hex') };
}

async function unpacked(file: string): Promise<Readable> {
  const isGzip = await startsWith(file, GZIP);
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  if (!isGzip) return bytes;
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  bytes.once('error', (error) => gunzip.destroy(error));
  const { size } = await stat(file);
  const mostBytes = Math.max(LEAST_UNPACKED_BYTES, MOST_TIMES_UNPACKED * size);
  return Readable.from(upTo(bytes.pipe(gunzip), mostBytes, () => bombError(file, size, mostBytes)));
}

async function* upTo(bytes: AsyncIterable<Uint8Array>, most: number, error: () => Error): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > most) throw error();
    yield chunk;
  }
}

/** `*.jtl` together with a name that it matches: every request would count twice, and the rate with it. */
function twiceError(file: string, twin: string): ProfilerError {
  return new ProfilerError(
    'result-twice',
    EXIT.usage,
    `${file} holds the same results as ${twin}: each request would count twice.`,
    'Give each file once.',
  );
}

function bombError(file: string, size: number, most: number): ProfilerError {
  return new ProfilerError(
    'result-bomb',
    EXIT.usage,
    `${file}: its ${formatBytes(size)} unpack to more than ${formatBytes(most)}; results of a load tool never compress that much.`,
    'If it is one, unpack it with gunzip and import that.',
  );
}

function damagedError(file: string, { message }: Error): ProfilerError {
  return new ProfilerError(
    'result-damaged',
    EXIT.usage,
    `${file} is damaged: it cannot be unpacked (${message}).`,
    'Copy it again from where the load tool wrote it.',
  );
}

async function startsWith(file: string, magic: readonly number[]): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: magic.length - 1 })) {
    const bytes = chunk as Uint8Array;
    return magic.every((byte, i) => bytes[i] === byte);
  }
  return false;
}

function recognise(
  file: string,
  bytes: Uint8Array,
  onDocument: (format: { id: string; title: string }) => void,
): ResultFormat {
  const head = resultHead(bytes);
  const documents = documentFormat(DOCUMENT_FORMATS, ({ id, title }) => onDocument({ id, title }));
  const format = [...STREAMED_FORMATS, documents].find(({ matches }) => matches(head));
  if (format) return format;
  throw new ProfilerError(
    'result-unknown',
    EXIT.usage,
    `${file}: not a result of a supported load tool; it begins with ${JSON.stringify(head.firstLine.slice(0, 80))}.`,
    knownButUnreadable(head) ?? knownFormats(),
  );
}

function knownFormats(): string {
  const titles = [...STREAMED_FORMATS, ...DOCUMENT_FORMATS].map(({ title }) => `  ${title}`);
  return `Known are:\n${titles.join('\n')}`;
}

function emptyError(file: string, title: string, notes: readonly string[]): ProfilerError {
  const what =
    title === 'JSON report'
      ? 'a JSON document, but no report of a load tool that is known here'
      : `${title}, but no request is in it`;
  const damage = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  return new ProfilerError('result-empty', EXIT.usage, `${basename(file)}: ${what}${damage}.`, knownFormats());
}
