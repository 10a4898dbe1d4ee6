import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

/** What tools write into folders of their own, the best source first. */
const CANDIDATES: readonly RegExp[] = [
  /^ticks\.json$/,
  /\.clinic-flame-samples$/,
  /^flamegraph\.html$/,
  /\.cpuprofile$/,
  /\.html$/,
];

/** The profile in a folder that 0x or Clinic has written; the path itself where it is no folder. Throws a ProfilerError (exit 2). */
export function profileInFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path;
  const names = readdirSync(path).sort();
  for (const candidate of CANDIDATES) {
    const name = names.find((one) => candidate.test(one));
    if (name !== undefined) return join(path, name);
  }
  const isDoctor = names.some((name) => name.includes('.clinic-doctor-'));
  throw new ProfilerError(
    'profile-not-found',
    EXIT.usage,
    `${path} is a folder without a profile.`,
    isDoctor
      ? `It was written by clinic doctor, which records no stacks: profiler import ${path}`
      : 'Name a file, or a folder of 0x (flamegraph.html, ticks.json) or of clinic flame.',
  );
}
