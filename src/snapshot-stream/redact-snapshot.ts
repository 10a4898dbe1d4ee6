import { pipeline, Readable } from 'node:stream';
import { createBrotliCompress, createGzip } from 'node:zlib';
import type { WhenTaken } from '../files/name-beside.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { stringsToRedact } from '../heap/redact-strings.ts';
import { StringRedactor } from '../heap/string-redactor.ts';
import { type OnProgress, openSnapshot } from './open-snapshot.ts';
import { openChunks } from './read-chunks.ts';

export interface Redaction {
  /** Where the result is. */
  readonly path: string;
  readonly strings: number;
  readonly redacted: number;
}

/**
 * Writes the same graph with string values removed (file mode 0600). The file is read twice:
 * which strings are values is known only when the whole graph is.
 * Throws a ProfilerError: exit 2 for the input, exit 6 for the output.
 */
export async function redactSnapshot(
  input: string,
  output: string,
  { onProgress, whenTaken }: { readonly onProgress?: OnProgress; readonly whenTaken?: WhenTaken } = {},
): Promise<Redaction> {
  let path = output;
  const write = async (content: AsyncIterable<Uint8Array>): Promise<void> => {
    path = await writeAtomically(output, packed(content, output), whenTaken);
  };
  const counts = await redactSnapshotTo(input, { ...(onProgress ? { onProgress } : {}), write });
  return { ...counts, path };
}

/** The same for a stream: `write` takes the content as it comes. */
export async function redactSnapshotTo(
  input: string,
  options: { readonly onProgress?: OnProgress; readonly write: (content: AsyncIterable<Uint8Array>) => Promise<void> },
): Promise<Redaction> {
  const { graph } = await openSnapshot(input, options);
  const remove = stringsToRedact(graph);
  await options.write(redactedChunks(input, { remove, from: graph.stringsOffset }, options.onProgress));
  return { path: '', strings: graph.strings.count, redacted: remove.reduce((sum, one) => sum + one, 0) };
}

async function* redactedChunks(
  input: string,
  { remove, from }: { readonly remove: Uint8Array; readonly from: number },
  onProgress: OnProgress | undefined,
): AsyncGenerator<Uint8Array> {
  const redactor = new StringRedactor(remove);
  const source = openChunks(input);
  let offset = 0;
  for await (const { chunk, readBytes } of source.chunks()) {
    onProgress?.('writing', readBytes / Math.max(1, source.fileBytes));
    const plain = Math.max(0, Math.min(chunk.length, from - offset));
    offset += chunk.length;
    // The source fills its buffer again, so what is handed on is a copy.
    yield Buffer.concat([chunk.subarray(0, plain), redactor.pass(chunk.subarray(plain))]);
  }
}

function packed(content: AsyncIterable<Uint8Array>, output: string): AsyncIterable<Uint8Array> {
  const packer = output.endsWith('.gz') ? createGzip() : output.endsWith('.br') ? createBrotliCompress() : null;
  // What fails on the way ends the packer too, and so whoever reads from it.
  return packer === null ? content : pipeline(Readable.from(content), packer, () => {});
}
