import { basename, resolve } from 'node:path';
import { renderTerminal } from '../report/render-terminal.ts';
import { analyseRun } from '../soak/analyse-run.ts';
import { terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { textOption } from './option-types.ts';
import { toolVersion } from './tool-version.ts';
import { writeReports } from './write-reports.ts';

/** Analyses a run folder again and writes its reports, whatever became of the tool that recorded it. */
export const reportCommand: Command = (exit) => ({
  command: 'report <run>',
  describe: 'analyse a run folder again and write its reports',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder, such as profiles/<run-id>' })
      .options({ 'report-dir': textOption('report-dir', 'report folder (default: reports/<run-id>)') })
      .example('$0 report profiles/2026-11-23T20-44-10-orders-api', 'also after the tool was killed'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const runDir = resolve(String(args.run));
    const document = await analyseRun(runDir, { onProgress: terminal.say, toolVersion: toolVersion() });
    const page = await writeReports(
      document,
      resolve(textArgument(args, 'report-dir') ?? `reports/${basename(runDir)}`),
    );
    if (terminal.json) terminal.print(JSON.stringify(document.report));
    else
      terminal.print(
        `${renderTerminal(document, { colour: terminal.colour, width: terminal.columns })}\nreport: ${page}`,
      );
    exit(document.report.exitCode);
  },
});

/** The gates of a run alone, as exit code. */
export const checkCommand: Command = (exit) => ({
  command: 'check <run>',
  describe: 'gates of a run only, as exit code',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder' })
      .example('$0 check profiles/<run-id> && deploy', 'go on only when every gate passed'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const { report } = await analyseRun(resolve(String(args.run)), {
      onProgress: terminal.say,
      toolVersion: toolVersion(),
    });
    if (terminal.json)
      terminal.print(JSON.stringify({ verdict: report.verdict, exitCode: report.exitCode, gates: report.gates }));
    else
      for (const gate of report.gates)
        terminal.print(
          `${gate.status.padEnd(8)}${gate.name}  limit ${gate.limit}  measured ${gate.measured ?? 'unknown'} ${gate.unit}`,
        );
    exit(report.exitCode);
  },
});
