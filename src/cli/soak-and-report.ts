import { join } from 'node:path';
import { createHostClock } from '../capture/host-clock.ts';
import { toolVersion } from '../files/tool-version.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import type { ReportDocument } from '../model/report-document.ts';
import type { Redacted } from '../redact/redact-values.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { runSoak, type SoakEnding } from '../soak/run-soak.ts';
import type { SoakOptions } from '../soak/soak-options.ts';
import type { SoakListener } from '../soak/soak-status.ts';
import type { SoakTarget } from '../soak/soak-target.ts';
import { analyseRun } from '../study/analyse-run.ts';
import { classGrowth } from './live/grown-classes.ts';
import { LiveSoak } from './live/live-soak.ts';
import { reportSoFar } from './live/report-so-far.ts';
import { checkReportPlace } from './report-place.ts';
import { createSoakView } from './soak-view.ts';
import type { Signals } from './stop-on-signals.ts';
import type { Terminal } from './terminal.ts';
import { writeReports } from './write-reports.ts';

export interface SoakOutcome {
  readonly document: Redacted<ReportDocument>;
  /** How the recording ended, whatever its gates say. */
  readonly endingCode: ExitCode;
  readonly exitCodes: readonly ExitCode[];
}

export interface SoakExtras {
  /** Receives everything that the terminal shows. */
  readonly others?: readonly SoakListener[];
  /** All evidence in report.md. */
  readonly full?: boolean;
  /** As `editorTemplate` gives it. */
  readonly editor?: string | null;
}

const ENDING_CODE: Readonly<Record<SoakEnding, ExitCode>> = {
  completed: EXIT.passed,
  'stopped-by-user': EXIT.stoppedByUser,
  'target-lost': EXIT.targetLost,
  'storage-lost': EXIT.storage,
};

/** The main job: record, analyse, write the reports, print the verdict. */
export async function soakAndReport(
  target: SoakTarget,
  options: SoakOptions,
  reportDir: string,
  terminal: Terminal,
  signals: Signals,
  { others = [], full = false, editor = null }: SoakExtras = {},
): Promise<SoakOutcome> {
  checkReportPlace(reportDir);
  const clock = createHostClock();
  const live = terminal.isInteractive ? openLive(target, options, reportDir, terminal) : null;
  const view: SoakListener = live ?? createSoakView(terminal);
  const listener = others.reduce(both, view);
  const ending = await runSoak(target, options, { clock, listener, stop: signals.stop, toolVersion: toolVersion() })
    // What is said from here on, an error too, belongs to the terminal as it was.
    .finally(() => live?.close());
  listener.ended?.();
  terminal.say('analysing');
  const document = await analyseRun(options.runDir, { onProgress: terminal.say, toolVersion: toolVersion() });
  const text = renderTerminal(document, { colour: terminal.colour, width: terminal.columns });
  const page = await writeReports(document, { runDir: options.runDir, reportDir, full, editor }).catch(
    (error: unknown) => {
      // What was found out in hours is not lost with the place for it.
      if (!terminal.json) terminal.show(text);
      throw error;
    },
  );
  if (terminal.json) terminal.data(document.report);
  else {
    terminal.show(text);
    terminal.print(`\nreport: ${page}\nrun:    ${options.runDir}`);
  }
  const endingCode = ENDING_CODE[ending];
  return { document, endingCode, exitCodes: [endingCode, document.report.exitCode] };
}

function openLive({ facts }: SoakTarget, { runDir }: SoakOptions, reportDir: string, terminal: Terminal): LiveSoak {
  return new LiveSoak({
    terminal,
    facts,
    clock: createHostClock(),
    reportNow: () => reportSoFar(runDir, `${reportDir}-so-far`),
    compare: (before, after) => classGrowth(join(runDir, before), join(runDir, after)),
  });
}

function both(one: SoakListener, other: SoakListener): SoakListener {
  return {
    status: (status) => {
      one.status(status);
      other.status(status);
    },
    requests: (intervals) => {
      one.requests?.(intervals);
      other.requests?.(intervals);
    },
    event: (event) => {
      one.event?.(event);
      other.event?.(event);
    },
    ready: (controls) => {
      one.ready?.(controls);
      other.ready?.(controls);
    },
    ended: () => {
      one.ended?.();
      other.ended?.();
    },
    happened: (text) => {
      one.happened(text);
      other.happened(text);
    },
  };
}
