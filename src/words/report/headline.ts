import type { Finding } from '../../model/finding.ts';
import { isDegradationKind, isLeakKind } from '../../model/finding-catalogue.ts';
import type { Checked } from '../../model/report.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { capital, plural } from '../terms.ts';
import { howFast, whichLine } from './answers.ts';

/** The verdict in one glance. The tone chooses a colour and a mark; the words carry the meaning without it. */
export interface Headline {
  readonly tone: 'bad' | 'warn' | 'good' | 'unknown';
  /** `LEAK CONFIRMED`. */
  readonly words: string;
  /** `1 suspect, confidence high`. */
  readonly detail: string;
  /** What someone who reads nothing else must know. Names are between backticks. */
  readonly sentences: readonly string[];
  /** What is missing of the run, or was not looked at: it limits every verdict. */
  readonly limits: readonly string[];
}

type Verdict = Omit<Headline, 'limits'>;

const CONFIDENCE = { confirmed: 'high', likely: 'medium', possible: 'low' } as const;

/** Enough to know; report.json has all of it. */
const SHOWN_LIMITS = 4;

export function headline(document: ReportDocument): Headline {
  const { missing = [], notes = [] } = document.report.completeness ?? {};
  const limits = [...missing, ...notes].slice(0, SHOWN_LIMITS).map((text) => `${capital(text)}.`);
  return { ...verdictOf(document), limits };
}

function verdictOf(document: ReportDocument): Verdict {
  const { report } = document;
  const sure = report.findings.filter(({ confidence }) => confidence !== 'possible');
  const leaks = sure.filter(({ kind }) => isLeakKind(kind));
  const degraded = sure.filter(({ kind }) => isDegradationKind(kind));
  if (report.verdict === 'fail' && leaks.length > 0) return failed('LEAK', leaks);
  if (report.verdict === 'fail' && degraded.length > 0) return failed('DEGRADATION', degraded);
  if (report.verdict === 'fail') return gateFailed(document);
  if (report.verdict === 'inconclusive') return inconclusive(document);
  // `--fail-on` decides what fails the run, not what was found.
  if (leaks.length > 0) return notAskedFor('LEAK', leaks);
  return passed(document, degraded);
}

function failed(what: string, findings: readonly Finding[]): Verdict {
  const top = findings[0];
  const confirmed = findings.some(({ confidence }) => confidence === 'confirmed');
  return {
    tone: 'bad',
    words: `${what} ${confirmed ? 'CONFIRMED' : 'LIKELY'}`,
    detail: `${plural(findings.length, 'suspect')}, confidence ${CONFIDENCE[confirmed ? 'confirmed' : 'likely']}`,
    sentences: top ? sentencesOf(top) : [],
  };
}

function notAskedFor(what: string, findings: readonly Finding[]): Verdict {
  const { detail, ...rest } = failed(what, findings);
  return { ...rest, detail: `${detail}; --fail-on excludes it, so it does not fail the run` };
}

function sentencesOf(finding: Finding): string[] {
  const line = whichLine(finding);
  return [finding.title, howFast(finding.growth), line === null ? null : whereWords(line)].filter(
    (sentence) => sentence !== null,
  );
}

export function whereWords(line: string): string {
  return `Where: ${line}`;
}

function gateFailed({ report }: ReportDocument): Verdict {
  const failing = report.gates.filter(({ status }) => status === 'fail');
  const top = report.findings[0];
  return {
    tone: 'bad',
    words: failing.length === 0 ? 'FAILED' : 'GATE FAILED',
    detail: failing.map(({ name, limit }) => `${name} (threshold ${limit})`).join(', '),
    sentences: top ? sentencesOf(top) : [],
  };
}

/** What an unknown gate waits for comes before all other checks without enough data. */
const CHECKS_OF_GATE: Readonly<Record<string, readonly string[]>> = {
  leak: ['JS heap', 'native memory'],
  degradation: ['latency', 'CPU a request', 'event loop'],
};

function inconclusive({ report, notes }: ReportDocument): Verdict {
  const { checked, findings, gates } = report;
  const awaited = gates.flatMap(({ name, status }) => (status === 'unknown' ? (CHECKS_OF_GATE[name] ?? []) : []));
  const openFirst = [
    ...checked.filter(({ check }) => awaited.includes(check)),
    ...checked.filter(({ check }) => !awaited.includes(check)),
  ];
  const inDoubt = findings.filter(({ kind }) => isLeakKind(kind)).slice(0, 1);
  return {
    tone: 'unknown',
    words: 'NOT ENOUGH DATA TO JUDGE',
    detail: 'neither passed nor failed',
    sentences: [...notes.slice(0, 2), ...inDoubt.map(({ title }) => title), ...unsettled(openFirst).slice(0, 2)],
  };
}

function passed({ report }: ReportDocument, degraded: readonly Finding[]): Verdict {
  const possible = report.findings.filter(({ kind }) => isLeakKind(kind));
  const open = report.checked.filter(({ status }) => status === 'insufficient-data').length;
  const looked = report.checked.filter(({ status }) => status === 'ok');
  const notSettled = open === 0 ? '' : `, ${open} without enough data`;
  return {
    tone: possible.length === 0 ? 'good' : 'warn',
    words: possible.length === 0 ? 'NO LEAK DETECTED' : 'NO LEAK PROVEN',
    detail:
      possible.length === 0
        ? `${plural(looked.length, 'check')} passed${notSettled}`
        : `${plural(possible.length, 'possible suspect')}, not enough to fail the run`,
    sentences: [...[...possible, ...degraded].map(({ title }) => title), ...looked.map(sentenceOf)]
      .filter(Boolean)
      .slice(0, 2),
  };
}

/** One sentence a reason: a run that was too short was too short for all its checks. */
function unsettled(checked: readonly Checked[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { check, detail, status } of checked) {
    if (status === 'insufficient-data') byReason.set(detail, [...(byReason.get(detail) ?? []), check]);
  }
  return [...byReason].map(([detail, checks]) => sentenceOf({ check: checks.join(', '), detail }));
}

function sentenceOf({ check, detail }: Pick<Checked<string>, 'check' | 'detail'>): string {
  return detail ? `${check}: ${detail}` : `${check}: no detail`;
}
