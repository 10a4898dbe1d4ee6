import type { Finding } from '../model/finding.ts';
import type { Notice } from '../model/notice.ts';
import type { Gate, Report } from '../model/report.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { formatDuration } from '../model/units.ts';
import { formatValue } from './figures.ts';
import { formatPlace, placeOfFinding } from './place.ts';
import { verdictWord } from './report/facts.ts';
import { headline } from './report/headline.ts';
import { plural } from './terms.ts';

type Run = Pick<Notice, 'service' | 'runId'>;

/** More than a person reads in a channel; the report has them all. */
const MOST_SUSPECTS = 5;

export function lossNotice(run: Run, reason: string): Notice {
  return { ...run, event: 'target-lost', text: `Soak of ${run.service}: the service was lost (${reason}).` };
}

/** What a report has to say, in the order in which somebody wants to hear it; the end of the run last. */
export function reportNotices(run: Run, document: ReportDocument, reportPath: string, exitCode: number): Notice[] {
  const { report } = document;
  const confirmed = report.findings.filter(({ confidence }) => confidence === 'confirmed').slice(0, MOST_SUSPECTS);
  // A gate that the run was not asked to fail by fails nobody.
  const failed = report.verdict === 'fail' ? report.gates.filter(({ status }) => status === 'fail') : [];
  return [
    ...confirmed.map((finding) => suspectNotice(run, finding)),
    ...(failed.length > 0 ? [gateNotice(run, failed)] : []),
    doneNotice(run, document, reportPath, exitCode),
  ];
}

function suspectNotice(run: Run, finding: Finding): Notice {
  const place = placeOfFinding(finding);
  const where = place === null ? '' : ` (${formatPlace(place)})`;
  return {
    ...run,
    event: 'suspect-confirmed',
    text: `Soak of ${run.service}: confirmed: ${finding.title}${where}`,
    finding: { id: finding.id, kind: finding.kind, title: finding.title, place: place && formatPlace(place) },
  };
}

function gateNotice(run: Run, gates: readonly Gate[]): Notice {
  const words = gates.map(
    ({ name, limit, measured, unit }) => `${name} (threshold ${limit}, measured ${formatValue(measured, unit)})`,
  );
  return {
    ...run,
    event: 'gate-failed',
    text: `Soak of ${run.service}: ${plural(gates.length, 'gate')} failed: ${words.join(', ')}.`,
    gates: gates.map(({ name, limit, measured, unit }) => ({ name, limit, measured, unit })),
  };
}

function doneNotice(run: Run, document: ReportDocument, reportPath: string, exitCode: number): Notice {
  const { durationMs }: Report['run'] = document.report.run;
  const { words, detail } = headline(document);
  const why = detail === '' ? words : `${words}: ${detail}`;
  return {
    ...run,
    event: 'done',
    text: `Soak of ${run.service}: ${verdictWord(document)} after ${formatDuration(durationMs)}. ${why}. Report: ${reportPath}`,
    verdict: document.report.verdict,
    exitCode,
    report: reportPath,
  };
}

/** A run that ended without a report is over, too. */
export function brokenNotice(run: Run, message: string, exitCode: number): Notice {
  return { ...run, event: 'done', text: `Soak of ${run.service}: ended without a report. ${message}`, exitCode };
}

/** Said where the messages go astray: the run goes on. */
export function notNotified(event: string, to: string, why: string): string {
  return `The message "${event}" was not delivered to ${to}: ${why}. The run and its result are not affected.`;
}
