import type { Finding } from '../model/finding.ts';
import { findingInfo, type GateName } from '../model/finding-catalogue.ts';
import { printable } from '../model/printable.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { whyNoPass } from '../words/completeness.ts';
import { ownPlaceOfFinding } from '../words/place.ts';
import { howFast } from '../words/report/answers.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** By the gate that a finding fails. */
const FAMILIES: Readonly<Record<GateName | 'none', string>> = {
  leak: 'leak',
  degradation: 'degradation',
  slo: 'finding',
  none: 'finding',
};

const LEVELS = { critical: 'error', major: 'error', minor: 'warning' } as const;

/**
 * profiler.sarif (SARIF 2.1.0), for code hosts that mark lines. A finding without a line is left in as a result
 * without a location. Names are made printable: a viewer shows them, no program reads them back.
 */
export function renderSarif({ report, toolVersion }: ReportDocument): string {
  const kinds = [...new Set(report.findings.map(({ kind }) => kind))];
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'profiler',
            version: printable(toolVersion),
            rules: kinds.map((kind) => ({ id: ruleId(kind), shortDescription: { text: kind.replaceAll('-', ' ') } })),
          },
        },
        ...invocationsOf(whyNoPass(report)),
        results: report.findings.map((finding) => result(finding, kinds.indexOf(finding.kind))),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** A log without results looks clean: that a run was not whole, or cannot be judged, is said apart. */
function invocationsOf(missing: readonly string[]): object {
  if (missing.length === 0) return {};
  const toolExecutionNotifications = missing.map((text) => ({ level: 'error', message: { text: printable(text) } }));
  return { invocations: [{ executionSuccessful: false, toolExecutionNotifications }] };
}

function result(finding: Finding, ruleIndex: number): object {
  const place = ownPlaceOfFinding(finding);
  const text = [finding.title, howFast(finding.growth), finding.recommendation]
    .filter(Boolean)
    .map((sentence) => printable(String(sentence)))
    .join(' ');
  return {
    ruleId: ruleId(finding.kind),
    ruleIndex,
    level: finding.confidence === 'possible' ? 'note' : LEVELS[finding.severity],
    message: { text },
    partialFingerprints: { 'findingId/v1': printable(finding.id) },
    rank: finding.confidence === 'confirmed' ? 100 : finding.confidence === 'likely' ? 70 : 30,
    ...(place ? { locations: [location(place)] } : {}),
  };
}

function location(place: NonNullable<ReturnType<typeof ownPlaceOfFinding>>): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(printable(place.file)).replace(/[?#]/g, encodeURIComponent) },
      region: { startLine: Math.max(1, place.line), ...(place.column > 0 ? { startColumn: place.column } : {}) },
    },
    ...(place.function ? { logicalLocations: [{ name: printable(place.function), kind: 'function' }] } : {}),
  };
}

function ruleId(kind: Finding['kind']): string {
  return `${FAMILIES[findingInfo(kind).gate ?? 'none']}/${kind}`;
}
