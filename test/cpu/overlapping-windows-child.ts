// biome-ignore-all lint/suspicious/noConsole: console.profile is how windows are made to overlap
import { Session } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CpuProfile } from '../../src/model/profiles.ts';

/** Profiles itself twice at once: as one long window, and as four short ones that overlap while the loop is busy. */
const WINDOWS = 4;
const OVERLAP_MS = 125;

const session = new Session();
session.connect();
const windows: CpuProfile[] = [];
session.on('Profiler.consoleProfileFinished', ({ params }) => windows.push(params.profile as CpuProfile));
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 5000 });
session.post('Profiler.start');
console.profile('0');
for (let window = 1; window <= WINDOWS; window += 1) {
  for (let round = 0; round < 6; round += 1) {
    compute(30);
    await sleep(20);
  }
  if (window < WINDOWS) console.profile(String(window));
  compute(OVERLAP_MS);
  console.profileEnd(String(window - 1));
}
session.post('Profiler.stop', (_error, { profile }) => {
  process.stdout.write(JSON.stringify({ whole: profile, windows }));
});

function compute(ms: number): number {
  const end = performance.now() + ms;
  let sum = 0;
  while (performance.now() < end) sum += Math.sqrt(sum + 1);
  return sum;
}
