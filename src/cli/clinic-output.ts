import { spawn } from 'node:child_process';
import { accessSync, constants, lstatSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { weightedTree } from '../cpu/call-tree.ts';
import { nodeWithoutSecrets, withoutSecrets } from '../exchange/clinic-window.ts';
import { makeFolders, refuseImpossibleFolder } from '../files/output-place.ts';
import { writeAllAtomically } from '../files/write-atomically.ts';
import {
  type ClinicFile,
  type ClinicTool,
  doctorFiles,
  flameFiles,
  heapProfilerFiles,
} from '../format/clinic/clinic-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { shellWord } from '../model/shell-word.ts';
import { refuseRunFile } from '../record/refuse-run-file.ts';
import type { ClinicRecording } from '../session/record-clinic.ts';

/** A minute of Doctor takes Clinic some ten seconds. */
const RENDER_DEADLINE_MS = 10 * 60_000;
const MOST_TOLD = 2000;

/** What Clinic should open: the folder, or for the heap profiler the file. */
function clinicEntry(files: readonly ClinicFile[], dir: string): string {
  const [first] = files;
  return join(dir, (first?.path ?? '').split('/')[0] ?? '');
}

/** To be asked before any work is done, with the names alone. Throws a ProfilerError (exit 2 or 6). */
export function refuseClinicOutput(entry: string, force: boolean): void {
  refuseRunFile(entry);
  refuseImpossibleFolder(dirname(resolve(entry)));
  if (force || !isTaken(entry)) return;
  throw new ProfilerError(
    'file-exists',
    EXIT.usage,
    `${entry} exists already.`,
    'Name another folder for it with --out DIR, or add --force.',
  );
}

/** Writes the files (0600, in folders 0700) and returns what Clinic should open. */
export async function writeClinic(files: readonly ClinicFile[], dir: string, force: boolean): Promise<string> {
  const entry = clinicEntry(files, dir);
  refuseClinicOutput(entry, force);
  const placed = files.map(({ path, content }) => ({ path: join(dir, path), content }));
  for (const { path } of placed) makeFolders(dirname(path));
  await writeAllAtomically(placed, 'replace');
  return entry;
}

const TOOLS: readonly ClinicTool[] = ['clinic-doctor', 'clinic-flame', 'clinic-heapprofiler'];

/** What a recording of a process will be written to. */
export function clinicEntries({ pid }: TargetFacts, dir: string): readonly string[] {
  return TOOLS.map((tool) => join(dir, `${pid}.${tool}`));
}

/** Writes a recording for all three tools. Returns what Clinic should open. */
export async function writeClinicRecording(
  facts: TargetFacts,
  { cpu, stats, gcEvents, heap, clock }: ClinicRecording,
  { dir, force }: { readonly dir: string; readonly force: boolean },
): Promise<readonly string[]> {
  const written = [
    doctorFiles(facts, stats, gcEvents, clock),
    flameFiles(facts, withoutSecrets(weightedTree(cpu.tree))),
    ...(heap ? [heapProfilerFiles(facts, { head: nodeWithoutSecrets(heap.head) })] : []),
  ];
  const entries: string[] = [];
  for (const files of written) entries.push(await writeClinic(files, dir, force));
  return entries;
}

/**
 * Lets an installed Clinic draw what was written. Returns the page. Throws a ProfilerError: exit 2 without Clinic, 3 where
 * it fails.
 */
export async function renderWithClinic(tool: ClinicTool, entry: string): Promise<string> {
  const clinic = findClinic();
  const command = tool.replace('clinic-', '');
  const words = [command, '--visualize-only', entry];
  if (clinic === null) {
    throw new ProfilerError(
      'package-missing',
      EXIT.usage,
      `--render needs clinic, which is not installed. The files are written: ${entry}`,
      `Let npx fetch it: NO_INSIGHT=1 npx clinic@13 ${words.map(shellWord).join(' ')}`,
    );
  }
  const { code, told } = await run(clinic, words);
  const page = `${entry}.html`;
  if (code === 0 && isTaken(page)) return page;
  throw new ProfilerError(
    'clinic-failed',
    EXIT.attachFailed,
    `clinic ${command} did not draw ${entry} (exit code ${code ?? 'none: it took too long'}): ${told.slice(-MOST_TOLD)}`,
    'The files are kept. Try a shorter window (--for 30s).',
  );
}

/** NO_INSIGHT: Clinic would ask whether it may report to its makers, and report where it runs unattended. */
function run(
  clinic: string,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly told: string }> {
  const env = { ...process.env, NO_INSIGHT: '1' };
  const child = spawn(clinic, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: RENDER_DEADLINE_MS });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      told = `${told}${chunk.toString()}`.slice(-2 * MOST_TOLD);
    });
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => settle({ code, told }));
  });
}

/** Beside the project, else on the path. */
function findClinic(): string | null {
  const places = [join(process.cwd(), 'node_modules', '.bin'), ...(process.env.PATH ?? '').split(delimiter)];
  for (const place of places.filter((one) => one !== '')) {
    const path = join(place, 'clinic');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return null;
}

function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
