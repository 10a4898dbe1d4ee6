import { cpus, platform, release, totalmem } from 'node:os';
import { basename, resolve } from 'node:path';
import { type DoctorFacts, doctorParts, importDoctor } from '../exchange/import-clinic.ts';
import { importAsRun, importIntoRun, type NewRunOptions } from '../exchange/import-results.ts';
import { readResults } from '../exchange/read-results.ts';
import { shownPath } from '../files/shown-path.ts';
import { toolVersion } from '../files/tool-version.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { shellWord } from '../model/shell-word.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import { checkRunPlace } from '../record/run-place.ts';
import { readLimits } from '../study/read-limits.ts';
import { type Arguments, flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { textOption } from './option-types.ts';
import type { Terminal } from './terminal.ts';

/** Reads results of other load tools into a run folder. */
export const importCommand: Command = (exit) => ({
  command: 'import <file..>',
  describe:
    'read results of k6, Locust, JMeter, Gatling, autocannon, Artillery or vegeta, or what clinic doctor recorded, into a run',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'result files (gzip too), several are parts of one test; or one folder of clinic doctor',
      })
      .options({
        into: textOption('into', 'add the results to this run, which was recorded during the load'),
        out: textOption('out', 'run folder (default: profiles/<run-id>)'),
        name: textOption('name', 'what was tested (default: name of the file)'),
        slo: textOption('slo', 'file of thresholds'),
        start: textOption('start', 'start of the load, for files that do not contain it: 2026-11-23T20:44:10Z'),
        force: {
          type: 'boolean',
          default: false,
          describe: 'replace an existing run folder; import into a run that already has requests',
        },
      })
      .conflicts('into', ['out', 'name'])
      .example('$0 import results.jtl --slo slo.yaml', 'then: profiler report profiles/<run-id>')
      .example('$0 import 4711.clinic-doctor', 'what clinic doctor recorded, as a run')
      .example('$0 import k6.json.gz --into profiles/<run-id>', 'k6 made the load while a soak watched'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const files = Array.isArray(args.file) ? args.file.map((file) => resolve(String(file))) : [];
    const thresholds = textsBySubject(args);
    const force = flagArgument(args, 'force');
    const out = outOf(args);
    if (out !== null) await checkRunPlace(out, force);
    const doctor = files.length === 1 && files[0] !== undefined ? doctorParts(files[0]) : null;
    if (doctor !== null) {
      if (textArgument(args, 'into') !== null) throw notIntoRun(files[0] ?? '');
      const facts = await importDoctor(doctor, newRun(args, files, thresholds));
      tellDoctor(facts, terminal);
      exit(EXIT.passed);
      return;
    }
    const results = await readResults(files, { startWallMs: startOf(args), onProgress: terminal.say });
    const into = textArgument(args, 'into');
    const facts =
      into === null
        ? await importAsRun(results, newRun(args, files, thresholds))
        : await importIntoRun(results, { runDir: resolve(into), force, thresholds });
    for (const note of results.notes) terminal.say(`note: ${note}`);
    if (facts.leftOut > 0)
      terminal.say(`note: ${formatCount(facts.leftOut)} requests outside of the run were left out`);
    if (facts.replaced !== null) terminal.say(`note: the run that was there before is kept as ${facts.replaced}`);
    if (terminal.json) {
      const formats = results.formats.map(({ file, id }) => ({ file, format: id }));
      terminal.data({
        run: facts.runDir,
        requests: results.requests,
        files: formats,
        ...isoSpan(facts),
        intervalMs: facts.intervalMs,
        leftOut: facts.leftOut,
        notes: results.notes,
      });
    } else {
      const titles = [...new Set(results.formats.map(({ title }) => title))].join(', ');
      terminal.say(
        `${titles}: ${formatCount(results.requests)} requests in ${formatDuration(facts.endWallMs - facts.startWallMs)}`,
      );
      terminal.print(facts.runDir);
      terminal.say(`Now: profiler report ${shellWord(shownPath(facts.runDir))}`);
    }
    exit(EXIT.passed);
  },
});

function newRun(args: Arguments, files: readonly string[], thresholds: RunManifest['thresholds']): NewRunOptions {
  const named = basename(files[0] ?? 'results').replace(/\.(?:gz|json|csv|jtl|log|xml|clinic-doctor)\b/g, '');
  return {
    runDir: outOf(args),
    profilesDir: resolve('profiles'),
    name: textArgument(args, 'name') ?? named,
    thresholds,
    toolVersion: toolVersion(),
    host: { platform: platform(), release: release(), cpus: cpus().length, memoryBytes: totalmem() },
    overwrite: flagArgument(args, 'force'),
  };
}

function tellDoctor(facts: DoctorFacts, terminal: Terminal): void {
  const { runDir, readings } = facts;
  terminal.say(
    'note: clinic doctor records no snapshots and no requests: a pass of this run says only that its series did not grow',
  );
  if (terminal.json) {
    terminal.data({ run: runDir, readings, ...isoSpan(facts), intervalMs: facts.intervalMs });
    return;
  }
  terminal.say(
    `clinic doctor: ${formatCount(readings)} readings in ${formatDuration(facts.endWallMs - facts.startWallMs)}`,
  );
  terminal.print(runDir);
  terminal.say(`Now: profiler report ${shellWord(shownPath(runDir))}`);
}

function notIntoRun(folder: string): ProfilerError {
  return new ProfilerError(
    'usage',
    EXIT.usage,
    `${folder} was recorded by clinic doctor, and holds no requests to add to a run.`,
    'Omit --into: it becomes a run of its own.',
  );
}

function isoSpan({ startWallMs, endWallMs }: { readonly startWallMs: number; readonly endWallMs: number }): {
  readonly from: string;
  readonly to: string;
} {
  return { from: new Date(startWallMs).toISOString(), to: new Date(endWallMs).toISOString() };
}

function outOf(args: Arguments): string | null {
  const out = textArgument(args, 'out');
  return out === null ? null : resolve(out);
}

function startOf(args: Arguments): number | null {
  const text = textArgument(args, 'start');
  if (text === null) return null;
  const wallMs = Date.parse(text);
  if (!Number.isNaN(wallMs)) return wallMs;
  throw new ProfilerError('usage', EXIT.usage, `--start ${text} is not a time.`, 'Write it like 2026-11-23T20:44:10Z.');
}

function textsBySubject(args: Arguments): RunManifest['thresholds'] {
  const texts: Record<string, string[]> = {};
  for (const { subject, text } of readLimits({}, textArgument(args, 'slo')))
    texts[subject] = [...(texts[subject] ?? []), text];
  return texts;
}
