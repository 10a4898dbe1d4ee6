import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import type { AccuracyCase } from './accuracy-case.ts';
import { scenarioOf } from './scenario-of.ts';
import { serviceNamed } from './services.ts';

const ROOT = '.cache/accuracy';

export interface StoredResult {
  /** Of case, scenario and service: a result of another is none. What is expected may change without a new run. */
  readonly key: string;
  /** Of the build of the tool that made it. */
  readonly tool: string;
  readonly exitCode: number | null;
  readonly report: Pick<Report, 'run' | 'verdict' | 'findings' | 'checked'>;
  /** What all captures together paused the service for, where that was asked. */
  readonly pausesMs?: number;
  /** Share of the memory of the service that came on top while it was watched, at most. */
  readonly addedMemory?: number;
}

export type FreshResult = Omit<StoredResult, 'key' | 'tool'>;

/** One file a case and repeat, so that an interrupted drive goes on where it stopped. */
export function readResult(one: AccuracyCase, repeat: number): StoredResult | null {
  const file = `${folderOf(one, repeat)}.json`;
  if (!existsSync(file)) return null;
  const result = JSON.parse(readFileSync(file, 'utf8')) as StoredResult;
  return result.key === keyOf(one) ? result : null;
}

export function writeResult(one: AccuracyCase, repeat: number, result: FreshResult): void {
  const stored: StoredResult = { key: keyOf(one), tool: toolBuild(), ...result };
  writeFileSync(`${folderOf(one, repeat)}.json`, `${JSON.stringify(stored, null, 1)}\n`);
}

/** Tells one build of the tool from another. */
export function toolBuild(): string {
  return hashOf([], scriptsBelow('dist/src'));
}

/** An empty folder for run and report of a case. Its last result goes: it must not stand for a drive that fails. */
export function freshFolder(one: AccuracyCase, repeat: number): string {
  const folder = folderOf(one, repeat);
  rmSync(`${folder}.json`, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function folderOf(one: AccuracyCase, repeat: number): string {
  return join(ROOT, `${one.name.replace('/', '--')}--${repeat}`);
}

function keyOf(one: AccuracyCase): string {
  const { script } = serviceNamed(one.service);
  return hashOf([one.fault, one.nodeMajor, one.seconds, scenarioOf(one)], scriptsBelow(dirname(script)));
}

function hashOf(data: readonly unknown[], files: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(data));
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function scriptsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => ['.js', '.mjs', '.cjs', '.json'].includes(extname(name)))
    .sort()
    .map((name) => join(folder, name));
}
