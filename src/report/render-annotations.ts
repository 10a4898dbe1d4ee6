import type { Finding } from '../model/finding.ts';
import { printable } from '../model/printable.ts';
import type { Gate, Report } from '../model/report.ts';
import { formatValue } from '../words/figures.ts';
import { ownPlaceOfFinding } from '../words/place.ts';
import { howFast } from '../words/report/answers.ts';
import { gateAnnotation, titleOfFinding } from '../words/report/labels.ts';

type Level = 'error' | 'warning' | 'notice';

/** GitHub shows so many of a level for one step. */
const MOST_OF_A_LEVEL = 10;

/**
 * Workflow commands of GitHub Actions, one a line: they mark the lines of a pull request. What fails the run is an error; a
 * finding that does not is a warning, and one that is only possible a notice.
 */
export function renderAnnotations(report: Report): string[] {
  const all = [
    ...report.findings.map((finding) => ofFinding(finding, report)),
    ...report.gates.filter(({ status }) => status === 'fail').map((gate) => ofGate(gate, report)),
  ];
  return (['error', 'warning', 'notice'] as const).flatMap((level) =>
    all
      .filter((one) => one.level === level)
      .slice(0, MOST_OF_A_LEVEL)
      .map(({ line }) => line),
  );
}

function ofFinding(finding: Finding, { verdict }: Report): { readonly level: Level; readonly line: string } {
  const level = finding.confidence === 'possible' ? 'notice' : verdict === 'fail' ? 'error' : 'warning';
  const place = ownPlaceOfFinding(finding);
  const properties = {
    ...(place
      ? { file: place.file, line: String(place.line), ...(place.column > 0 ? { col: String(place.column) } : {}) }
      : {}),
    title: titleOfFinding(finding.kind, finding.confidence),
  };
  const text = [finding.title, howFast(finding.growth), finding.recommendation].filter(Boolean).join(' ');
  return { level, line: command(level, properties, text) };
}

function ofGate(
  { name, limit, measured, unit }: Gate,
  { verdict }: Report,
): { readonly level: Level; readonly line: string } {
  const level = verdict === 'fail' ? 'error' : 'warning';
  const { title, text } = gateAnnotation(name, limit, formatValue(measured, unit));
  return { level, line: command(level, { title }, text) };
}

/** Escaped as the runner of GitHub reads it back; what could end the line or begin another command is made printable. */
function command(level: Level, properties: Readonly<Record<string, string>>, text: string): string {
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${level} ${listed.join(',')}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
