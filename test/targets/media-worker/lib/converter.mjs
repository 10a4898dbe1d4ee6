import { spawn } from 'node:child_process';
import { once } from 'node:events';

const EVERY = 40;

/** Pipes each 40th clip through a child process, which ends with its input. */
export class Converter {
  constructor({ ends }) {
    this.ends = ends;
    this.children = new Set();
    this.count = 0;
  }

  async convert(clip) {
    this.count += 1;
    if (this.count % EVERY !== 0) return { clip, queued: true };
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    child.stdin.write(clip);
    const [converted] = await once(child.stdout, 'data');
    if (this.ends) child.stdin.end();
    return { clip, bytes: converted.length };
  }

  close() {
    for (const child of this.children) child.kill('SIGKILL');
  }
}
