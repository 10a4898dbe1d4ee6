import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { compareWithBaseline } from '../analysis/baseline/compare-with-baseline.ts';
import { conditionFaults } from '../analysis/baseline/condition-faults.ts';
import type { FailedGate } from '../analysis/failed-gates.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { toolVersion } from '../files/tool-version.ts';
import { formatBaseline, parseBaseline } from '../format/baseline-file.ts';
import type { Baseline, MeasuredRun } from '../model/baseline.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { filesOfRun } from '../record/refuse-run-file.ts';
import { redacted } from '../redact/redact-values.ts';
import {
  isComparisonMarkdown,
  renderComparisonMarkdown,
  renderComparisonTerminal,
} from '../report/render-comparison.ts';
import { renderPullRequestComment } from '../report/render-pull-request-comment.ts';
import { analyseRun } from '../study/analyse-run.ts';
import { measureRunFolder } from '../study/measure-run-folder.ts';
import { type Arguments, flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { textOption } from './option-types.ts';
import { refuseForeignFile, refuseToOverwrite, whenForeign, writeOutput } from './output-file.ts';
import type { Terminal } from './terminal.ts';
import { whileAlone } from './while-alone.ts';

const DEFAULT_FILE = 'profiler-baseline.json';

/** Keeps runs as a baseline, and holds later runs against it. */
export const baselineCommand: Command = (exit) => ({
  command: 'baseline <command>',
  describe: 'store good runs as a baseline; compare later runs with it',
  builder: (yargs) =>
    yargs
      .command(saveCommand(exit))
      .command(compareCommand(exit))
      .demandCommand(1, 'Name one: save or compare.')
      .example('$0 baseline save profiles/A profiles/B profiles/C', 'three runs of a build that is good')
      .example('$0 baseline compare profiles/D', 'exit code 1 if a figure got worse'),
  handler: () => {},
});

const file = textOption('file', `baseline file (default: ${DEFAULT_FILE})`);

const saveCommand: Command = (exit) => ({
  command: 'save <run..>',
  describe: 'write the figures of runs into a baseline file (three or more runs are best)',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', array: true, demandOption: true, describe: 'run folders of one build' })
      .options({
        file,
        add: { type: 'boolean', default: false, describe: 'add to the runs that are already in the file' },
        force: {
          type: 'boolean',
          default: false,
          describe: 'replace the file; accept runs of different conditions, and incomplete runs',
        },
      })
      .example('$0 baseline save profiles/A profiles/B profiles/C', `into ${DEFAULT_FILE}, to be committed`)
      .example('$0 baseline save profiles/D --add', 'one more run'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const path = fileOf(args);
    const add = flagArgument(args, 'add');
    // Of a file that is added to, `readBaseline` tells whether it is one.
    refuseToOverwrite(path, add || flagArgument(args, 'force'), runFolders(args).flatMap(filesOfRun));
    // A file that is not a baseline is reported before the runs are read.
    if (add && existsSync(path)) await readBaseline(path);
    const force = flagArgument(args, 'force');
    const { runs: added, missing, failed } = await measureAll(args, terminal);
    if (missing.length > 0 && !force) throw incomplete(missing);
    const ids = new Set(added.map(({ id }) => id));
    const { runs, faults, written } = await whileAlone(path, async () => {
      const wasThere = existsSync(path);
      const kept = add && wasThere ? (await readBaseline(path)).runs : [];
      const runs = [...kept.filter(({ id }) => !ids.has(id)), ...added];
      const faults = settleConditions(runs.slice(0, 1), runs.slice(1), force);
      const text = formatBaseline({ schema: 'profiler-baseline/1', runs });
      const whenTaken = force || (add && wasThere) ? 'replace' : 'beside';
      return { runs, faults, written: await writeOutput(path, text, { whenTaken, say: terminal.say }) };
    });
    for (const fault of [...missing, ...faults, ...failed.map(({ words }) => words)])
      terminal.say(`taken although ${fault}`);
    if (terminal.json) terminal.data({ file: written, runs: runs.map(({ id }) => id) });
    else terminal.print(`${written}: ${runs.length === 1 ? '1 run' : `${runs.length} runs`}`);
    exit(EXIT.passed);
  },
});

const compareCommand: Command = (exit) => ({
  command: 'compare <run..>',
  describe: 'compare runs with the baseline; exit code 1 if a figure got worse',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', array: true, demandOption: true, describe: 'run folders of the new build' })
      .options({
        file,
        markdown: textOption(
          'markdown',
          'also write a comment for a pull request into this file (an earlier one is replaced)',
        ),
        force: { type: 'boolean', default: false, describe: 'compare even if Node major, scenario or host differ' },
      })
      .example('$0 baseline compare profiles/D --markdown comment.md', 'for a pull request'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const markdown = textArgument(args, 'markdown');
    if (markdown !== null) {
      const inputs = [fileOf(args), ...runFolders(args).flatMap(filesOfRun)];
      refuseForeignFile(resolve(markdown), isComparisonMarkdown, inputs);
    }
    const baseline = await readBaseline(fileOf(args));
    const { runs, missing, failed } = await measureAll(args, terminal);
    const notes = settleConditions(baseline.runs, runs, flagArgument(args, 'force'));
    const comparison = redacted(
      compareWithBaseline(baseline.runs, runs, { notes, missing, failed: countedWords(failed) }),
    );
    if (markdown !== null) {
      const last = await analyseRun(runFolders(args).at(-1) ?? '', {
        onProgress: terminal.say,
        toolVersion: toolVersion(),
      });
      const path = resolve(markdown);
      await writeOutput(path, `${renderComparisonMarkdown(comparison)}\n${renderPullRequestComment(last)}`, {
        whenTaken: whenForeign(path, isComparisonMarkdown),
        say: terminal.say,
      });
    }
    if (terminal.json) terminal.data(comparison);
    else terminal.show(renderComparisonTerminal(comparison, { colour: terminal.colour, width: terminal.columns }));
    exit(comparison.exitCode);
  },
});

function fileOf(args: Arguments): string {
  return resolve(textArgument(args, 'file') ?? DEFAULT_FILE);
}

function runFolders(args: Arguments): string[] {
  return Array.isArray(args.run) ? args.run.map((run) => resolve(String(run))) : [];
}

/** The figures of all runs that were named, what is missing of them, and which of their gates fail. */
async function measureAll(
  args: Arguments,
  { say }: Terminal,
): Promise<{ readonly runs: MeasuredRun[]; readonly missing: string[]; readonly failed: FailedGate[] }> {
  const runs: MeasuredRun[] = [];
  const faults: string[] = [];
  const failedGates: FailedGate[] = [];
  for (const folder of runFolders(args)) {
    const { measured, missing, failed } = await measureRunFolder(folder, {
      onProgress: say,
      toolVersion: toolVersion(),
    });
    if (measured.measures.length === 0) {
      throw new ProfilerError(
        'run-too-short',
        EXIT.notEnoughData,
        `${folder}: not enough data to measure anything.`,
        'A run needs about ten samples under load: soak for at least a minute.',
      );
    }
    if (runs.some(({ id }) => id === measured.id)) throw namedTwice(folder, measured.id);
    runs.push(measured);
    faults.push(...missing.map((reason) => `${measured.id}: ${reason}`));
    failedGates.push(...failed.map((gate) => ({ ...gate, words: `${measured.id} fails its ${gate.words}` })));
  }
  return { runs, missing: faults, failed: failedGates };
}

function countedWords(failed: readonly FailedGate[]): string[] {
  return failed.filter(({ counts }) => counts).map(({ words }) => words);
}

/** Twice the same, a run would make the normal difference between runs smaller than it is. */
function namedTwice(folder: string, id: string): ProfilerError {
  return new ProfilerError(
    'run-twice',
    EXIT.usage,
    `${folder} is run ${id}, which was named already: it would count twice.`,
    'Name each run once. Three runs of one build show the normal difference between runs.',
  );
}

function incomplete(missing: readonly string[]): ProfilerError {
  return new ProfilerError(
    'run-incomplete',
    EXIT.notEnoughData,
    `Not enough data for a baseline:\n${missing.map((reason) => `- ${reason}`).join('\n')}`,
    'Figures of an incomplete run may be wrong. Record it again, or add --force to use it anyway.',
  );
}

async function readBaseline(path: string): Promise<Baseline> {
  const bytes = await readRegularFile(path).catch((error: unknown) => {
    throw new ProfilerError(
      'baseline-missing',
      EXIT.usage,
      `The baseline ${path} cannot be read: ${(error as Error).message}`,
      'Make one first: profiler baseline save RUN RUN RUN.',
    );
  });
  return parseBaseline(bytes, path);
}

/** What makes the runs unlike, where `force` overrules it; else a ProfilerError (exit 2). */
function settleConditions(baseline: readonly MeasuredRun[], runs: readonly MeasuredRun[], force: boolean): string[] {
  const [first] = baseline;
  const faults = first ? [...new Set(runs.flatMap((run) => conditionFaults(first.conditions, run.conditions)))] : [];
  if (faults.length === 0 || force) return faults;
  throw new ProfilerError(
    'runs-unlike',
    EXIT.usage,
    `These runs cannot be compared:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    'A difference between them would say nothing about the code. Record them under equal conditions, or add --force to compare anyway.',
  );
}
