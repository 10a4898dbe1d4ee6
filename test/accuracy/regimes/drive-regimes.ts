import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isHealthy } from '../accuracy-case.ts';
import { judge } from '../judge.ts';
import { type StoredResult, toolBuild } from '../result-store.ts';
import { bigHeapTable } from './big-heap.ts';
import { driveRegime } from './drive-regime.ts';
import { CI_NAMES, CI_SECONDS, casesOf, REGIMES, type Regime, type RegimeCase } from './regimes.ts';
import { type RegimeRow, regimeTable } from './table.ts';

export interface RegimeOptions {
  /** Of one regime, or `all`. */
  readonly name: string;
  /** Narrow by name. */
  readonly words: readonly string[];
  readonly isCiCut: boolean;
  readonly isFresh: boolean;
  readonly isTableOnly: boolean;
  readonly jobs: number;
  readonly repeats: number;
  /** Of each run; null: as usual. */
  readonly seconds: number | null;
  /** Of a large heap; null: as the tool has it. */
  readonly maxPause: string | null;
}

const SECONDS = 60;
const FOLDER = '.cache/accuracy/regimes';

/** Drives the cases of the regimes that were asked for; results stay, as those of the other cases do. */
export async function driveRegimes(
  options: RegimeOptions,
): Promise<{ readonly table: string; readonly failed: number }> {
  const chosen = chooseCases(options);
  const runs = Array.from({ length: options.repeats }, (_, i) =>
    chosen.map((each) => ({ ...each, repeat: i + 1 })),
  ).flat();
  mkdirSync(FOLDER, { recursive: true });
  const waiting = options.isTableOnly ? [] : [...runs];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (options.isFresh || readResult(next, next.repeat) === null) await drive(next, next.repeat);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  const rows = runs.flatMap((each): RegimeRow[] => {
    const result = readResult(each, each.repeat);
    return result === null ? [] : [{ ...each, result }];
  });
  const right = rows.filter(({ one, result }) => judge(one, result.report).isRight).length;
  const table = rows.some(({ regime }) => regime.bigHeap) ? bigHeapTable(rows) : regimeTable(rows);
  return { table, failed: (options.isTableOnly ? rows.length : runs.length) - right };
}

function chooseCases({ name, words, isCiCut, seconds, maxPause }: RegimeOptions): RegimeCase[] {
  const isMeant = (regime: Regime): boolean =>
    name === 'big-heaps' ? regime.bigHeap !== undefined : name === 'all' ? !regime.bigHeap : regime.name === name;
  const regimes = REGIMES.filter(isMeant);
  if (regimes.length === 0)
    throw new Error(`there is no regime "${name}", only all, big-heaps, ${REGIMES.map((one) => one.name).join(', ')}`);
  const asked = regimes.map((regime) =>
    regime.bigHeap && maxPause !== null ? { ...regime, words: ['--max-pause', maxPause] } : regime,
  );
  const cases = asked.flatMap((regime) => casesOf(regime, isCiCut ? CI_SECONDS : (seconds ?? SECONDS)));
  return cases.filter(
    ({ one }) =>
      (!isCiCut || CI_NAMES.includes(one.name)) &&
      (words.length === 0 || words.some((word) => one.name.includes(word))),
  );
}

async function drive(each: RegimeCase, repeat: number): Promise<void> {
  const { one } = each;
  const result = (await driveRegime(each, repeat)) ?? (await driveRegime(each, repeat));
  if (result === null) return say(`${one.name}: no report; see ${FOLDER}`);
  const stored: StoredResult = { key: one.name, tool: toolBuild(), ...result };
  writeFileSync(fileOf(each, repeat), `${JSON.stringify(stored, null, 1)}\n`);
  const { isRight, first } = judge(one, result.report);
  const said =
    first === null ? `nothing accused, ${result.report.verdict}` : `${first.confidence} ${first.kind}: ${first.title}`;
  say(`${isRight ? 'right' : 'WRONG'}  ${isHealthy(one) ? 'healthy' : 'leak   '}  ${one.name}  ${said}`);
}

function readResult(each: RegimeCase, repeat: number): StoredResult | null {
  const file = fileOf(each, repeat);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredResult) : null;
}

function fileOf({ one, regime }: RegimeCase, repeat: number): string {
  return join(
    FOLDER,
    `${one.name.replace('/', '--')}--${one.seconds}s${regime.bigHeap && regime.words.length > 0 ? '-asked' : ''}--${repeat}.json`,
  );
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}
