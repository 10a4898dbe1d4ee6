import type { Options } from 'yargs';
import { createNotifier, type Notifier } from '../exchange/notifier.ts';
import { shownPath } from '../files/shown-path.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import type { Report } from '../model/report.ts';
import type { ReportDocument } from '../model/report-document.ts';
import type { Redacted } from '../redact/redact-values.ts';
import { renderAnnotations } from '../report/render-annotations.ts';
import type { SoakListener } from '../soak/soak-status.ts';
import { brokenNotice, lossNotice, notNotified, reportNotices } from '../words/notices.ts';
import { type Arguments, textArgument } from './arguments.ts';
import type { Config } from './load-config.ts';
import { choiceOption, textOption } from './option-types.ts';
import { writeWords } from './output.ts';
import type { Terminal } from './terminal.ts';

export const FULL_OPTION: Options = {
  type: 'boolean',
  default: false,
  describe: 'write all evidence into report.md (default: the answer, in at most 60 lines)',
};

export const ANNOTATIONS_OPTION: Options = choiceOption(
  'annotations',
  ['github'],
  'also print findings and failed gates as annotations of lines, for GitHub Actions',
);

export const NOTIFY_OPTION: Options = textOption(
  'notify',
  'notify this http(s) address or command: suspect confirmed, gate failed, service lost, done',
);

/**
 * The lines that a code host reads out of what is printed. With `--json`, stdout holds the document alone; GitHub reads
 * stderr, too. They were asked for, so `--quiet` keeps them.
 */
export function annotate(args: Arguments, report: Report, terminal: Terminal): void {
  if (textArgument(args, 'annotations') === null) return;
  const lines = renderAnnotations(report).join('\n');
  if (lines === '') return;
  if (terminal.json) writeWords('stderr', `${lines}\n`);
  else terminal.print(lines);
}

/** Who is notified about a run; null if not requested. */
export function notifierOf(args: Arguments, config: Config | null, terminal: Terminal): Notifier | null {
  const to = textArgument(args, 'notify') ?? config?.notify ?? null;
  if (to === null) return null;
  return createNotifier({
    to,
    onFailure: (event, where, why) => terminal.say(notNotified(event, where, why)),
  });
}

export function lossListener(
  notifier: Notifier,
  run: { readonly service: string; readonly runId: string },
): SoakListener {
  return {
    status: () => {},
    happened: () => {},
    event: (event) => {
      if (event.type === 'target-lost') notifier.send(lossNotice(run, event.reason));
    },
  };
}

/** Runs `soak` and sends a notification of its end, including a failure. The messages have been sent when this is over. */
export async function withNotices<
  Outcome extends { readonly document: Redacted<ReportDocument>; readonly exitCodes: readonly ExitCode[] },
>(
  notifier: Notifier | null,
  run: { readonly service: string; readonly runId: string },
  place: { readonly page: string; readonly exitCode: (codes: readonly ExitCode[]) => ExitCode },
  soak: () => Promise<Outcome>,
): Promise<Outcome> {
  if (notifier === null) return await soak();
  try {
    const outcome = await soak();
    const code = place.exitCode(outcome.exitCodes);
    for (const notice of reportNotices(run, outcome.document, shownPath(place.page), code)) notifier.send(notice);
    return outcome;
  } catch (error) {
    const code = error instanceof ProfilerError ? error.exitCode : EXIT.toolFailed;
    notifier.send(brokenNotice(run, (error as Error).message, code));
    throw error;
  } finally {
    await notifier.settle();
  }
}
