import { cpus, platform, release, totalmem } from 'node:os';
import { basename, resolve } from 'node:path';
import { importAsRun, importIntoRun } from '../exchange/import-results.ts';
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

/** Reads results of other load tools into a run folder. */
export const importCommand: Command = (exit) => ({
  command: 'import <file..>',
  describe: 'read results of k6, Locust, JMeter, Gatling, autocannon, Artillery or vegeta into a run',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'result files (gzip too); several files are parts of one test',
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
      .example('$0 import k6.json.gz --into profiles/<run-id>', 'k6 made the load while a soak watched'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const files = Array.isArray(args.file) ? args.file.map((file) => resolve(String(file))) : [];
    const thresholds = textsBySubject(args);
    const force = flagArgument(args, 'force');
    const out = outOf(args);
    if (out !== null) await checkRunPlace(out, force);
    const results = await readResults(files, { startWallMs: startOf(args), onProgress: terminal.say });
    const into = textArgument(args, 'into');
    const facts =
      into === null
        ? await importAsRun(results, {
            runDir: out,
            profilesDir: resolve('profiles'),
            name:
              textArgument(args, 'name') ??
              basename(files[0] ?? 'results').replace(/\.(?:gz|json|csv|jtl|log|xml)\b/g, ''),
            thresholds,
            toolVersion: toolVersion(),
            host: { platform: platform(), release: release(), cpus: cpus().length, memoryBytes: totalmem() },
            overwrite: force,
          })
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
