import { openRegularFile } from '../files/regular-file.ts';

const CHUNK_BYTES = 4 << 20;
/** Longest URL looked for: a match may straddle two chunks by this much. */
const OVERLAP_BYTES = 1024;
const MOST_URLS = 20_000;
const SCRIPT_URL = /"((?:file:\/\/)?\/[^"\\\s]{1,900}\.[cm]?[jt]sx?)"/g;

/**
 * The scripts that the program had loaded when a heap snapshot was taken: their URLs are in its string table.
 * Found by their shape alone, without parsing: a path in a string of the program may slip in, and then names a file
 * that has no source map or does not exist, which costs nothing.
 */
export async function findScriptUrls(snapshotFile: string): Promise<string[]> {
  const urls = new Set<string>();
  const file = await openRegularFile(snapshotFile);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES);
    let carried = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, carried, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      const filled = carried + bytesRead;
      // V8 writes ASCII only (anything else is \uXXXX), so bytes are characters.
      for (const [, url] of buffer.toString('latin1', 0, filled).matchAll(SCRIPT_URL)) {
        if (url !== undefined && urls.size < MOST_URLS) urls.add(url);
      }
      carried = Math.min(OVERLAP_BYTES, filled);
      buffer.copyWithin(0, filled - carried, filled);
    }
  } finally {
    await file.close();
  }
  return [...urls];
}
