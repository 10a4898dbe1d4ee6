import { close, fstat, open, read } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FILE = fileURLToPath(new URL('./pages.mjs', import.meta.url));
const PAGE_BYTES = 256;
const [openFile, readFile, statFile, closeFile] = [open, read, fstat, close].map((call) => promisify(call));

/** Reads one page of a file. Beyond its end there is nothing to read, and the early return forgets to close. */
export class Pages {
  constructor({ closesAlways }) {
    this.closesAlways = closesAlways;
  }

  async read(page) {
    const descriptor = await openFile(FILE, 'r');
    const { size } = await statFile(descriptor);
    if (page * PAGE_BYTES >= size) {
      if (this.closesAlways) await closeFile(descriptor);
      return { page, bytes: 0 };
    }
    const { bytesRead } = await readFile(descriptor, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, page * PAGE_BYTES);
    await closeFile(descriptor);
    return { page, bytes: bytesRead };
  }
}
