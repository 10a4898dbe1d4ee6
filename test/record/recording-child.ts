import { setTimeout as sleep } from 'node:timers/promises';
import { ProfilerError } from '../../src/model/errors.ts';
import { createRun } from '../../src/record/open-run.ts';
import { exampleManifest, exampleSample } from './example-run.ts';

/** A program whose disk fails: records so many samples (twelve) and as many states of the manifest, and ends with the exit code of the trouble. */
const [dir = '', count = '12'] = process.argv.slice(2);
try {
  const recorder = await createRun(dir, exampleManifest(), { retryMs: 2, syncIntervalMs: 5 });
  for (let n = 0; n < Number(count); n += 1) {
    recorder.appendSample(exampleSample(n));
    await recorder.updateManifest((manifest) => ({ ...manifest, id: `state ${n}` }));
    await sleep(3);
  }
  await recorder.close();
} catch (error) {
  if (!(error instanceof ProfilerError)) throw error;
  process.stdout.write(error.message);
  process.exitCode = error.exitCode;
}
