import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createBrotliCompress, createGzip } from 'node:zlib';
import { stringsToRedact } from '../heap/redact-strings.ts';
import { StringRedactor } from '../heap/string-redactor.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { type OnProgress, openSnapshot } from './open-snapshot.ts';
import { openChunks } from './read-chunks.ts';

export interface Redaction {
  readonly strings: number;
  readonly redacted: number;
}

/**
 * Writes the same graph with string values removed (file mode 0600, by way of a `.part` file). The file is read twice:
 * which strings are values is known only when the whole graph is.
 */
export async function redactSnapshot(
  input: string,
  output: string,
  options: { readonly onProgress?: OnProgress } = {},
): Promise<Redaction> {
  const { graph } = await openSnapshot(input, options);
  const remove = stringsToRedact(graph);
  const part = `${output}.part`;
  try {
    await copyRedacted(input, part, output, { remove, from: graph.stringsOffset }, options.onProgress);
    await rename(part, output);
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof ProfilerError) throw cause;
    throw new ProfilerError(
      'snapshot-not-written',
      EXIT.storage,
      `cannot write ${output}: ${(cause as Error).message}`,
      'Check the folder and the space on the disk.',
      { cause },
    );
  }
  return { strings: graph.strings.count, redacted: remove.reduce((sum, one) => sum + one, 0) };
}

async function copyRedacted(
  input: string,
  part: string,
  output: string,
  { remove, from }: { remove: Uint8Array; from: number },
  onProgress: OnProgress | undefined,
): Promise<void> {
  const file = createWriteStream(part, { mode: 0o600 });
  const sink: Writable = packer(output)?.on('error', (error) => file.destroy(error)) ?? file;
  if (sink !== file) sink.pipe(file as never);
  const written = finished(file);
  written.catch(() => undefined);
  const redactor = new StringRedactor(remove);
  const source = openChunks(input);
  let offset = 0;
  for await (const { chunk, readBytes } of source.chunks()) {
    onProgress?.('writing', readBytes / Math.max(1, source.fileBytes));
    const plain = Math.max(0, Math.min(chunk.length, from - offset));
    offset += chunk.length;
    // The source fills its buffer again, so what is handed on is a copy.
    const bytes = Buffer.concat([chunk.subarray(0, plain), redactor.pass(chunk.subarray(plain))]);
    if (!sink.write(bytes)) await Promise.race([once(sink, 'drain'), written]);
  }
  sink.end();
  await written;
}

function packer(output: string): (Writable & { pipe(target: never): unknown }) | null {
  if (output.endsWith('.gz')) return createGzip();
  return output.endsWith('.br') ? createBrotliCompress() : null;
}
