import { once } from 'node:events';
import { createDeflate } from 'node:zlib';

const EVERY = 5;

/** A track gets a compressor of its own, each fifth request; when the last of it is written, the compressor is closed. */
export class Compressor {
  constructor({ ends }) {
    this.ends = ends;
    this.tracks = new Map();
    this.count = 0;
  }

  async append(track) {
    this.count += 1;
    if (this.count % EVERY !== 0) return { track, open: this.tracks.size };
    const deflate = createDeflate();
    this.tracks.set(track, deflate);
    deflate.resume().write(`chunk of ${track} `.repeat(40));
    if (this.ends) {
      deflate.end();
      await once(deflate, 'close');
      this.tracks.delete(track);
    }
    return { track, open: this.tracks.size };
  }
}
