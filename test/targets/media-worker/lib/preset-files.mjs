import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('./shapes.mjs', import.meta.url));

/** Reads a preset and watches its file while it is in use. */
export class PresetFiles {
  constructor({ closes }) {
    this.closes = closes;
  }

  async read(preset) {
    const loaded = { name: preset, rows: new Array(30).fill(preset), stale: false };
    const watcher = watch(FILE, () => {
      loaded.stale = true;
    });
    const text = await readFile(FILE, 'utf8');
    if (this.closes) watcher.close();
    return { preset, bytes: text.length, stale: loaded.stale };
  }
}
