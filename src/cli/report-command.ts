import { basename, resolve } from 'node:path';
import { toolVersion } from '../files/tool-version.ts';
import { printable } from '../model/printable.ts';
import type { Gate, Report } from '../model/report.ts';
import { filesOfRun } from '../record/refuse-run-file.ts';
import { isJunit, renderJunit } from '../report/render-junit.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { analyseRun } from '../study/analyse-run.ts';
import { readLimits } from '../study/read-limits.ts';
import { flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { EDITOR_OPTION, editorTemplate } from './editor-option.ts';
import { textOption } from './option-types.ts';
import { refuseForeignFile, whenForeign, writeOutput } from './output-file.ts';
import { ANNOTATIONS_OPTION, annotate, FULL_OPTION } from './publish-options.ts';
import { lockReport } from './report-lock.ts';
import { checkReportPlace } from './report-place.ts';
import { writeReports } from './write-reports.ts';

/** Analyses a run folder again and writes its reports, whatever became of the tool that recorded it. */
export const reportCommand: Command = (exit) => ({
  command: 'report <run>',
  describe: 'analyse a run folder again and write its reports',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder, such as profiles/<run-id>' })
      .options({
        'report-dir': textOption('report-dir', 'report folder (default: reports/<run-id>)'),
        full: FULL_OPTION,
        annotations: ANNOTATIONS_OPTION,
        editor: EDITOR_OPTION,
      })
      .example('$0 report profiles/2026-11-23T20-44-10-orders-api', 'also after the tool was killed')
      .example('$0 report profiles/<run-id> --editor vscode', 'a click on a line opens it')
      .example(
        '$0 report profiles/<run-id> --full',
        'report.md with all evidence, not the short form for a pull request',
      ),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const runDir = resolve(String(args.run));
    const reportDir = resolve(textArgument(args, 'report-dir') ?? `reports/${basename(runDir)}`);
    const editor = editorTemplate(args, null);
    checkReportPlace(reportDir);
    await lockReport(reportDir);
    const document = await analyseRun(runDir, { onProgress: terminal.say, toolVersion: toolVersion() });
    const page = await writeReports(document, { runDir, reportDir, full: flagArgument(args, 'full'), editor });
    if (terminal.json) terminal.data(document.report);
    else {
      terminal.show(renderTerminal(document, { colour: terminal.colour, width: terminal.columns }));
      terminal.print(`\nreport: ${page}`);
    }
    annotate(args, document.report, terminal);
    exit(document.report.exitCode);
  },
});

/** The gates of a run alone, as exit code. */
export const checkCommand: Command = (exit) => ({
  command: 'check <run>',
  describe: 'check the gates of a run; the result is the exit code',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder' })
      .options({
        slo: textOption('slo', 'file of thresholds, instead of those of the run'),
        annotations: ANNOTATIONS_OPTION,
        junit: textOption(
          'junit',
          'write the gates as JUnit XML to this file (an earlier one of this tool is replaced)',
        ),
      })
      .example('$0 check profiles/<run-id> && deploy', 'continue only if every gate passed')
      .example('$0 check profiles/<run-id> --slo slo.yaml --junit slo.xml', 'other thresholds, for a build server')
      .example('$0 check profiles/<run-id> --annotations github', 'findings at their lines in a pull request'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const slo = textArgument(args, 'slo');
    const junit = textArgument(args, 'junit');
    if (junit !== null) refuseForeignFile(resolve(junit), isJunit, filesOfRun(resolve(String(args.run))));
    const document = await analyseRun(resolve(String(args.run)), {
      onProgress: terminal.say,
      toolVersion: toolVersion(),
      ...(slo === null ? {} : { thresholds: readLimits({}, slo) }),
    });
    const { report } = document;
    if (junit !== null) {
      const path = resolve(junit);
      await writeOutput(path, renderJunit(document), { whenTaken: whenForeign(path, isJunit), say: terminal.say });
    }
    if (terminal.json)
      terminal.data({
        verdict: report.verdict,
        exitCode: report.exitCode,
        gates: report.gates,
        missing: report.completeness?.missing ?? [],
        notes: report.completeness?.notes ?? [],
      });
    else {
      for (const gate of report.gates) terminal.print(gateLine(gate, report.verdict));
      for (const reason of report.completeness?.missing ?? []) terminal.print(printable(`missing ${reason}`));
      for (const note of report.completeness?.notes ?? []) terminal.print(printable(`note    ${note}`));
    }
    annotate(args, report, terminal);
    exit(report.exitCode);
  },
});

/** A gate that failed without failing the run is one that the run was not asked for. */
function gateLine({ name, limit, measured, unit, status }: Gate, verdict: Report['verdict']): string {
  const uncounted =
    status === 'fail' && verdict !== 'fail' ? '  (does not count: not named by --fail-on of the run)' : '';
  return `${status.padEnd(8)}${printable(name)}  threshold ${limit}  measured ${measured ?? 'unknown'} ${unit}${uncounted}`;
}
