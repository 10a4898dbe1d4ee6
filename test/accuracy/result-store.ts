import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import type { AccuracyCase } from './accuracy-case.ts';
import { scenarioOf } from './scenario-of.ts';
import { serviceNamed } from './services.ts';

const ROOT = '.cache/accuracy';

export interface StoredResult {
  /** Of case, scenario and service: a result of another is none. What is expected may change without a new run. */
  readonly key: string;
  readonly exitCode: number | null;
  readonly report: Pick<Report, 'run' | 'verdict' | 'findings' | 'checked'>;
}

/** One file a case and repeat, so that an interrupted drive goes on where it stopped. */
export function readResult(one: AccuracyCase, repeat: number): StoredResult | null {
  const file = `${folderOf(one, repeat)}.json`;
  if (!existsSync(file)) return null;
  const result = JSON.parse(readFileSync(file, 'utf8')) as StoredResult;
  return result.key === keyOf(one) ? result : null;
}

export function writeResult(one: AccuracyCase, repeat: number, result: Omit<StoredResult, 'key'>): void {
  writeFileSync(`${folderOf(one, repeat)}.json`, `${JSON.stringify({ key: keyOf(one), ...result }, null, 1)}\n`);
}

/** An empty folder for run and report of a case. */
export function freshFolder(one: AccuracyCase, repeat: number): string {
  const folder = folderOf(one, repeat);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function folderOf(one: AccuracyCase, repeat: number): string {
  return join(ROOT, `${one.name.replace('/', '--')}--${repeat}`);
}

function keyOf(one: AccuracyCase): string {
  const { script } = serviceNamed(one.service);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([one.fault, one.nodeMajor, one.seconds, scenarioOf(one)]));
  for (const file of sourcesBeside(script)) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function sourcesBeside(script: string): string[] {
  const folder = dirname(script);
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => ['.js', '.mjs', '.cjs'].includes(extname(name)) && !basename(name).startsWith('.'))
    .sort()
    .map((name) => join(folder, name));
}
