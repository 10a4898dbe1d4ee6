import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const RUN = 'profiles/example';
const MARK = '\n<!-- of the report before -->\n';

export interface Fault {
  readonly call: string;
  readonly errno: string;
  /** Which of the calls fails. */
  readonly k: number;
}

export interface Outcome {
  readonly code: number;
  /** False where there was no such call any more. */
  readonly isInjected: boolean;
  /** Null when it is the whole new report, or exit 6 with file and errno and nothing torn. */
  readonly problem: string | null;
}

/** A report as it should be, to hold others against. */
export interface Reference {
  readonly run: string;
  readonly dir: string;
  readonly code: number;
  readonly files: ReadonlyMap<string, string>;
}

export async function makeReference(folder: string): Promise<Reference> {
  const run = join(folder, 'run');
  cpSync(RUN, run, { recursive: true });
  const dir = join(folder, 'reference');
  const { code } = await execute(process.execPath, [MAIN, 'report', run, '--report-dir', dir]);
  return { run, dir, code, files: filesOf(dir) };
}

/**
 * Writes the report once more, over an earlier one, with one failing call on the files of the run or of the report. */
export async function reportWithFault(reference: Reference, folder: string, fault: Fault): Promise<Outcome> {
  const dir = join(folder, `${fault.call}-${fault.errno}-${fault.k}`);
  cpSync(reference.dir, dir, { recursive: true });
  for (const name of reference.files.keys()) if (name !== 'report.json') appendFileSync(join(dir, name), MARK);
  const former = filesOf(dir);
  const log = `${dir}.strace`;
  const paths = [
    ...[dir, ...[...former.keys()].flatMap((name) => [join(dir, name), join(dir, `${name}.part`)])],
    ...readdirSync(reference.run, { recursive: true }).map((name) => join(reference.run, String(name))),
  ];
  const strace = [
    ...['-f', '-qq', '-o', log],
    ...paths.flatMap((path) => ['-P', path]),
    ...['-e', `trace=${fault.call}`, '-e', `inject=${fault.call}:error=${fault.errno}:when=${fault.k}`],
  ];
  const command = [process.execPath, MAIN, 'report', reference.run, '--report-dir', dir];
  const { code, stderr } = await execute('strace', [...strace, ...command]);
  const isInjected = readFileSync(log, 'utf8').includes('(INJECTED)');
  rmSync(log);
  const files = filesOf(dir);
  const words = `${fault.call} ${fault.k} ${fault.errno}: exit ${code}`;
  for (const name of new Set([...former.keys(), ...files.keys()])) {
    const text = files.get(name);
    const isWhole = text !== undefined && (text === former.get(name) || text === reference.files.get(name));
    if (!isWhole) return { code, isInjected, problem: `${words}, and ${name} is neither the former nor the new one` };
  }
  if (code === 6) {
    const isTold = new RegExp(`(?:${dir}|${reference.run})\\S*: ${fault.errno}`).test(stderr);
    return { code, isInjected, problem: isTold ? null : `${words}, without file and errno: ${stderr}` };
  }
  if (code !== reference.code) return { code, isInjected, problem: `${words}: ${stderr}` };
  const old = [...reference.files].find(([name, text]) => files.get(name) !== text);
  return { code, isInjected, problem: old ? `${words}, but ${old[0]} is not the new one` : null };
}

function filesOf(dir: string): Map<string, string> {
  return new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

function execute(file: string, words: readonly string[]): Promise<{ code: number; stderr: string }> {
  // One thread for the disk: strace counts calls by thread.
  const env = { ...process.env, NO_COLOR: '1', UV_THREADPOOL_SIZE: '1' };
  return new Promise((resolve) => {
    execFile(file, words, { env, timeout: 120_000, maxBuffer: 1 << 26 }, (error, _stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stderr }),
    );
  });
}
