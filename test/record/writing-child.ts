import { writeSync } from 'node:fs';
import { createRun } from '../../src/record/open-run.ts';
import { exampleManifest, exampleSample } from './example-run.ts';

/** A program to be killed: records a sample every few milliseconds and says the number of each one it has handed over. */
const [dir = '', intervalMs = '20'] = process.argv.slice(2);
const recorder = await createRun(dir, exampleManifest());
let n = 0;
setInterval(() => {
  recorder.appendSample(exampleSample(n));
  recorder.appendEvent({ type: 'note', detail: `sample ${n}`, wallMs: 0, monoMs: n });
  void recorder.updateManifest((manifest) => ({ ...manifest, id: `at ${n}` }));
  writeSync(1, `${n}\n`);
  n += 1;
}, Number(intervalMs));
