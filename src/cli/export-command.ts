import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { clinicFilesOfRun } from '../exchange/clinic-window.ts';
import { exportSeries, type SeriesFormat } from '../exchange/export-series.ts';
import type { ClinicTool } from '../format/clinic/clinic-files.ts';
import { readScenario } from '../load/scenario-files.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { filesOfRun } from '../record/refuse-run-file.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { exportGatling } from '../scenario/export/export-gatling.ts';
import { exportJmeter } from '../scenario/export/export-jmeter.ts';
import { exportK6 } from '../scenario/export/export-k6.ts';
import { exportLocust } from '../scenario/export/export-locust.ts';
import type { ExportLoad } from '../scenario/export/exported-load.ts';
import { type Arguments, flagArgument, numberArgument, terminalFor, textArgument } from './arguments.ts';
import { renderWithClinic, writeClinic } from './clinic-output.ts';
import type { Command } from './command.ts';
import { choiceOption, durationOption, textOption } from './option-types.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import type { Terminal } from './terminal.ts';

const LOADS: Readonly<Record<string, { readonly extension: string; readonly write: ExportLoad }>> = {
  k6: { extension: '.k6.js', write: exportK6 },
  locust: { extension: '.locust.py', write: exportLocust },
  jmeter: { extension: '.jmx', write: exportJmeter },
  gatling: { extension: '.gatling.js', write: exportGatling },
};
const SERIES: readonly SeriesFormat[] = ['csv', 'ndjson', 'openmetrics'];
const CLINIC: readonly ClinicTool[] = ['clinic-doctor', 'clinic-flame', 'clinic-heapprofiler'];
const DEFAULT_URL = 'http://127.0.0.1:3000';

/** A scenario for another load tool; the series of a run, or a window of it, for other tools. */
export const exportCommand: Command = (exit) => ({
  command: 'export <what>',
  describe: 'write a scenario for another load tool, the series of a run, or a window of it for Clinic',
  builder: (yargs) =>
    yargs
      .positional('what', { type: 'string', demandOption: true, describe: 'scenario file, or run folder' })
      .options({
        to: {
          ...choiceOption(
            'to',
            [...Object.keys(LOADS), ...SERIES, ...CLINIC],
            'for a scenario: k6, locust, jmeter or gatling; for a run: csv, ndjson, openmetrics, or a window for clinic doctor, flame or heapprofiler',
          ),
          demandOption: true,
        },
        out: textOption(
          'out',
          'file to write; of a run the prefix of the file names; for Clinic the folder to write into',
        ),
        from: durationOption(
          'from',
          'for Clinic: start of the window, since the start of the run (default: the window of soak --clinic-window, else the end of the load)',
          '2h10m',
        ),
        for: durationOption('for', 'for Clinic: length of the window (default: 60s, at most 120s)', '60s'),
        render: { type: 'boolean', default: false, describe: 'for Clinic: let an installed clinic draw the page' },
        url: textOption('url', 'base URL (overrides the scenario)'),
        force: { type: 'boolean', default: false, describe: 'replace existing files' },
      })
      .example('$0 export orders.yaml --to k6', 'writes orders.k6.js; unsupported features are listed')
      .example('$0 export profiles/<run-id> --to csv', 'two tables: samples and requests')
      .example(
        '$0 export profiles/<run-id> --to clinic-flame --from 2h10m --for 60s --render',
        'a page of clinic flame',
      ),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const what = String(args.what);
    const to = String(args.to);
    const load = LOADS[to];
    const isRun = statSync(what, { throwIfNoEntry: false })?.isDirectory() === true;
    if (load && isRun) throw wrongKind(`${what} is a run folder, and ${to} needs a scenario.`);
    if (!load && !isRun) throw wrongKind(`${what} is not a run folder, and ${to} exports a run.`);
    if (load) await writeLoad(args, what, { to, ...load }, terminal);
    else if (isClinic(to)) await writeClinicWindow(args, resolve(what), to, terminal);
    else {
      const prefix = resolve(textArgument(args, 'out') ?? basename(resolve(what)));
      const force = flagArgument(args, 'force');
      const files = await exportSeries(resolve(what), to as SeriesFormat, prefix, {
        refuse: (path) => refuseToOverwrite(path, force, filesOfRun(resolve(what))),
        whenTaken: force ? 'replace' : 'beside',
      });
      if (terminal.json) terminal.data({ format: to, files });
      else terminal.print(files.join('\n'));
    }
    exit(EXIT.passed);
  },
});

function isClinic(to: string): to is ClinicTool {
  return CLINIC.some((tool) => tool === to);
}

async function writeClinicWindow(args: Arguments, runDir: string, tool: ClinicTool, terminal: Terminal): Promise<void> {
  const dir = resolve(textArgument(args, 'out') ?? '.');
  const files = await clinicFilesOfRun(runDir, tool, {
    fromMs: numberArgument(args, 'from'),
    forMs: numberArgument(args, 'for'),
    note: (text) => terminal.say(`note: ${text}`),
  });
  const written = await writeClinic(files, dir, flagArgument(args, 'force'));
  const page = flagArgument(args, 'render') ? await renderWithClinic(tool, written) : null;
  if (terminal.json) terminal.data({ format: tool, files: [written], page });
  else terminal.print(page ?? written);
}

async function writeLoad(
  args: Arguments,
  what: string,
  { to, extension, write }: { readonly to: string; readonly extension: string; readonly write: ExportLoad },
  terminal: Terminal,
): Promise<void> {
  const { file, scenario } = readScenario(what);
  const out = resolve(textArgument(args, 'out') ?? `${basename(file, extname(file))}${extension}`);
  const force = flagArgument(args, 'force');
  refuseToOverwrite(out, force, [file]);
  const { text, notes } = write(scenario, urlOf(args) ?? scenario.baseUrl ?? DEFAULT_URL);
  const written = await writeOutput(out, text, { whenTaken: force ? 'replace' : 'beside', say: terminal.say });
  for (const note of notes) terminal.say(`note: ${note}`);
  if (terminal.json) terminal.data({ format: to, file: written, notes });
  else terminal.print(written);
}

function urlOf(args: Arguments): string | null {
  const url = textArgument(args, 'url');
  if (url === null || URL.canParse(url)) return url;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--url ${redactAddress(url)} is not an address.`,
    'Write it like http://127.0.0.1:3000.',
  );
}

function wrongKind(message: string): ProfilerError {
  const hint = `A scenario can be exported to ${Object.keys(LOADS).join(', ')}; a run folder to ${[...SERIES, ...CLINIC].join(', ')}.`;
  return new ProfilerError('usage', EXIT.usage, message, hint);
}
