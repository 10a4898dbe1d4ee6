import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createHostClock } from '../capture/host-clock.ts';
import { startAsOthersAre } from '../files/oom-score.ts';
import { shownPath } from '../files/shown-path.ts';
import { runId } from '../format/run-id.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import { isLeakKind } from '../model/finding-catalogue.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { durationOption, rateOption, textOption } from './option-types.ts';
import { resolveTarget } from './resolve-target.ts';
import { settleFolders, settleSoakOptions } from './settle-soak-options.ts';
import { soakAndReport } from './soak-and-report.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import type { Terminal } from './terminal.ts';

const SERVICE = fileURLToPath(new URL('../demo/main.js', import.meta.url));
const DEFAULT_FAULT = 'leak-map';
/** Of `soak`, as a command line would have them. */
const DEFAULTS = { duration: 60_000, scenario: 'evidence-archive', rate: 150, 'fail-on': 'leak' } as const;

interface Fault {
  readonly name: string;
  readonly healthy: boolean;
  readonly findingKinds: readonly string[];
  readonly file: string;
}

export const demoCommand: Command = (exit) => ({
  command: 'demo',
  describe: 'soak the reference service with a planted leak for a minute (only in a checkout)',
  builder: (yargs) =>
    yargs
      .options({
        fault: textOption(
          'fault',
          `what to plant, or a healthy look-alike such as cache-bounded (default: ${DEFAULT_FAULT})`,
        ),
        duration: durationOption('duration', 'length of the soak (default: 60s)', '60s'),
        rate: rateOption('rate', `arrivals (default: ${DEFAULTS.rate}/s)`),
        out: textOption('out', 'run folder (default: profiles/<run-id>)'),
        'report-dir': textOption('report-dir', 'report folder (default: reports/<run-id>)'),
      })
      .example('$0 demo', 'one planted leak')
      .example('$0 demo --fault cache-bounded', 'a healthy look-alike: nothing to find'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const fault = await findFault(textArgument(args, 'fault') ?? DEFAULT_FAULT);
    terminal.say(`starting the reference service with fault ${fault.name} and its embedded database`);
    const service = await startService(fault.name);
    const signals = stopOnSignals(terminal.say);
    signals.add({ end: () => service.stop().then(() => ''), left: () => 'the reference service is still ending' });
    try {
      const found = await resolveTarget({ pid: service.pid }, 'soak', { url: null, allowRemote: false, signals });
      // It ends with the demo: to look again, it is started again.
      const namedBy = ['--', 'node', shownPath(SERVICE), '--port', new URL(service.url).port, '--fault', fault.name];
      const target = { ...found, facts: { ...found.facts, namedBy } };
      const firstId = runId(createHostClock().wallMs(), `demo-${fault.name}`);
      const { runId: id, runDir, reportDir } = await settleFolders(firstId, args, null, service.pid);
      const settled = settleSoakOptions({ ...DEFAULTS, ...args, url: service.url }, null);
      const outcome = await soakAndReport(target, { ...settled, runId: id, runDir }, reportDir, terminal, signals);
      exit(judge(fault, outcome.document, outcome.exitCodes, terminal));
    } finally {
      await service.stop();
      await signals.release();
    }
  },
});

/** 0 when what was planted was found and named, or nothing was found where nothing was planted. */
function judge(fault: Fault, { report }: ReportDocument, exitCodes: readonly ExitCode[], terminal: Terminal): ExitCode {
  if (exitCodes.includes(EXIT.storage)) return EXIT.storage;
  if (exitCodes.includes(EXIT.stoppedByUser)) return EXIT.stoppedByUser;
  const accused = report.findings.filter(
    (finding) =>
      finding.confidence !== 'possible' && (isLeakKind(finding.kind) || fault.findingKinds.includes(finding.kind)),
  );
  if (fault.healthy) {
    terminal.say(
      accused.length === 0
        ? `demo: ${fault.name} is healthy, and nothing was accused`
        : `demo: ${fault.name} is healthy, but was accused: ${accused[0]?.title}`,
    );
    return accused.length === 0 ? EXIT.passed : EXIT.gateFailed;
  }
  const [first] = accused;
  const named =
    first !== undefined && fault.findingKinds.includes(first.kind) && first.subject.source?.file === fault.file;
  terminal.say(
    named
      ? `demo: found and named what was planted, ${fault.name} in ${fault.file}`
      : `demo: ${fault.name} in ${fault.file} was planted, and not named as suspect 1`,
  );
  return named ? EXIT.passed : EXIT.gateFailed;
}

/** The service's own list of its faults; it is part of a checkout, not of the installed package. */
async function findFault(name: string): Promise<Fault> {
  if (!existsSync(SERVICE)) {
    throw new ProfilerError(
      'demo-missing',
      EXIT.usage,
      'The reference service is not part of the installed package.',
      'Run the demo in a checkout (npm ci && npm run demo): it needs fastify, pg, @electric-sql/pglite and @electric-sql/pglite-socket.',
    );
  }
  const { FAULTS }: { readonly FAULTS: readonly Fault[] } = await import(
    new URL('../demo/faults.js', import.meta.url).href
  );
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (fault) return fault;
  throw new ProfilerError(
    'demo-fault-unknown',
    EXIT.usage,
    `The reference service has no fault ${name}.`,
    `It has ${FAULTS.map((known) => known.name).join(', ')}.`,
  );
}

interface Service {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

const STOP_MS = 10_000;

async function startService(fault: string): Promise<Service> {
  // A group of its own: Ctrl-C in the terminal is for the soak, which ends the service afterwards.
  const child = startAsOthersAre(() =>
    spawn(process.execPath, ['--enable-source-maps', SERVICE, '--port', '0', '--fault', fault], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    }),
  );
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-4000);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(killing);
  };
  const ready = await Promise.race([firstLine(child.stdout as NodeJS.ReadableStream), exited.then(() => null)]);
  if (ready === null)
    throw new ProfilerError('demo-failed', EXIT.attachFailed, 'The reference service did not start.', lastWords.trim());
  const { listening } = JSON.parse(ready) as { readonly listening: { readonly host: string; readonly port: number } };
  return { pid: child.pid ?? 0, url: `http://${listening.host}:${listening.port}`, stop };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stream })) return line;
  return null;
}
