import { type Confidence, type Finding, type Growth, UNKNOWN } from '../../model/finding.ts';
import { type FindingKind, findingInfo, isLeakKind } from '../../model/finding-catalogue.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { formatBytes, formatCount, formatDuration } from '../../model/units.ts';
import { addedText, removedText } from '../changing-lines.ts';
import { formatMoment, percent as formatPercent, figure as threeDigits } from '../figures.ts';
import { formatPlace, placeOfFinding } from '../place.ts';
import { capital, code, plural } from '../terms.ts';

/** The six questions that the first page of a report answers. */
export type Question = 'What' | 'How fast' | 'Since when' | 'Which line' | 'What to change' | 'How sure';

export interface Answer {
  readonly question: Question;
  /** A sentence, with names between backticks. */
  readonly text: string;
}

const WORDS: Readonly<Record<Confidence, string>> = {
  confirmed: 'Confirmed',
  likely: 'Likely',
  possible: 'Possible, not proven',
};

/** The answers of one finding, in the order in which a reader asks; a question without an answer is left out. */
export function answersOf(finding: Finding, document: ReportDocument): Answer[] {
  const answers: [Question, string | null][] = [
    ['What', finding.title],
    ['How fast', howFast(finding.growth)],
    ['Since when', sinceWhen(finding, document)],
    ['Which line', whichLine(finding)],
    ['What to change', finding.recommendation || null],
    ['How sure', howSure(finding)],
  ];
  return answers.flatMap(([question, text]) => (text === null ? [] : [{ question, text }]));
}

/** What it is called in a heading. */
export function findingWord(kind: FindingKind): 'Suspect' | 'Finding' {
  return isLeakKind(kind) ? 'Suspect' : 'Finding';
}

export function howFast(growth: Growth | null): string | null {
  if (!growth) return null;
  const parts = [perHour(growth), perRequest(growth), share(growth), timeToLimit(growth)].filter(
    (part) => part !== null,
  );
  return parts.length === 0 ? null : `${parts.join('; ')}.`;
}

/** `+31.4 MB/h (95 % interval 30.1 MB to 32.7 MB)`. */
function perHour(growth: Growth): string | null {
  if (growth.bytesPerHour !== null) {
    const [low, high] = growth.bytesPerHourCI ?? [null, null];
    const interval = low === null ? '' : ` (95 % interval ${formatBytes(low)} to ${formatBytes(high)})`;
    return `${signed(growth.bytesPerHour, formatBytes)}/h${interval}`;
  }
  if (growth.perHour === undefined) return null;
  return `${signed(growth.perHour, threeDigits)} ${growth.perHourUnit ?? ''}`.trimEnd().concat('/h');
}

function perRequest(growth: Growth): string | null {
  const objects = growth.objectsPerRequest === null ? null : `${growth.objectsPerRequest.toFixed(2)} objects`;
  const bytes = growth.bytesPerRequest === null ? null : formatBytes(growth.bytesPerRequest);
  const what = [objects, bytes].filter((part) => part !== null);
  return what.length === 0 ? null : `${what.join(' and ')} per request on average`;
}

function share(growth: Growth): string | null {
  return growth.shareOfGrowth === null ? null : `${formatPercent(growth.shareOfGrowth)} of the growth`;
}

/** `V8's heap limit of 4.1 GB is reached in 13 h 20 m (12 h 10 m to 15 h 02 m)`; `(at the earliest in 12 h 10 m)` where the growth may be nothing. */
function timeToLimit(growth: Growth): string | null {
  if (growth.timeToLimitMs === null) return null;
  const [low, high] = growth.timeToLimitCI;
  const from = low === null ? null : formatDuration(low);
  const range = high === null ? `at the earliest in ${from}` : `${from} to ${formatDuration(high)}`;
  const interval = from === null ? '' : ` (${range})`;
  const limit = growth.limit
    ? `${growth.limit.name} of ${formatBytes(growth.limit.bytes)}`
    : 'the limit of open descriptors';
  const pace = growth.limit?.atPaceOfAll ? 'at the combined rate of all growth, ' : '';
  return `${pace}${limit} is reached in ${formatDuration(growth.timeToLimitMs)}${interval}`;
}

function sinceWhen(finding: Finding, { snapshots }: ReportDocument): string | null {
  const first = finding.firstSeenMs === undefined ? null : `from ${formatDuration(finding.firstSeenMs)} into the run`;
  const counts = finding.countSeries ?? [];
  if (new Set(counts).size < 2) return first === null ? null : `${capital(first)}.`;
  const steps = counts.map((count, i) => {
    const at = counts.length === snapshots.length ? snapshots[i] : undefined;
    return at ? `${formatCount(count)} at ${formatMoment(at.tSec)}` : formatCount(count);
  });
  const series = `${code(finding.subject.class)} by snapshot: ${steps.join(', ')}`;
  return first === null ? `${series}.` : `${capital(first)}; ${series}.`;
}

export function whichLine(finding: Finding): string | null {
  const place = placeOfFinding(finding);
  if (place) {
    const { source, madeAt, isSourceOfHolder, package: owner, added = [], removed = [] } = finding.subject;
    const of = (name: string | null): string => (name ? ` (package ${code(name)})` : '');
    const adds = addedText(added);
    if (adds !== null) {
      // Without snapshots the holder is unknown: the place is where the objects themselves are created.
      const what = finding.subject.holder === UNKNOWN ? 'the objects are allocated' : 'its holder is created';
      const isSaid = finding.growth?.perHourUnit !== undefined && added[0]?.function === source?.function;
      const made = source && !isSaid ? `; ${what} at ${placeWords(source)}${of(owner)}` : '';
      return `${adds}; ${removedText(removed)}${made}`;
    }
    if (isSourceOfHolder)
      return `${placeWords(place)}${of(owner)}, where its holder is created: look for the code that adds to it`;
    if (!madeAt || !source) return `${placeWords(place)}${of(owner)}`;
    return `${placeWords(place)}${of(madeAt.package)}; its holder is created at ${placeWords(source)}${of(owner)}`;
  }
  return findingInfo(finding.kind).isHeld ? 'Not known: no source position was found for its holder.' : null;
}

function placeWords(place: NonNullable<ReturnType<typeof placeOfFinding>>): string {
  return `${code(formatPlace(place))}${place.function ? ` in ${code(place.function)}` : ''}`;
}

function howSure({ confidence, evidence, against }: Finding): string {
  const seen = evidence.length === 0 ? '' : `: ${plural(evidence.length, 'observation')} for it`;
  const doubt = against.length === 0 ? '' : `, ${plural(against.length, 'reason')} why it might not be so`;
  return `${WORDS[confidence]}${seen}${doubt}.`;
}

function signed(value: number, format: (value: number) => string): string {
  return `${value > 0 ? '+' : ''}${format(value)}`;
}
