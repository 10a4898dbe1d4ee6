import { formatCount } from '../model/units.ts';

/** `unknown` where the text does not say. Types of OpenMetrics that are not known here are `unknown` too. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'unknown';

export interface MetricSample {
  /** Of the line, so with the suffix of a histogram: `latency_seconds_bucket`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and infinities are values. */
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export class PrometheusTextError extends Error {
  override readonly name = 'PrometheusTextError';
}

type OpenFamily = { name: string; type: MetricType; help: string; samples: MetricSample[] };

/** A map, since the names in it come from the text: `constructor` is no type. */
const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'histogram'],
  ['summary', 'summary'],
  ['info', 'info'],
]);
/** Services expose thousands of series, and one that exposes this many cannot be read once a second. */
const MOST_SAMPLES = 200_000;
/** What the names of the samples of one type may have after the name of the metric. */
const SUFFIXES: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_sum', '_count', '_created', '_gsum', '_gcount'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
  gauge: [],
  unknown: [],
};

/**
 * Reads Prometheus' text format 0.0.4 and OpenMetrics 1.0 (exemplars and timestamps are passed over), with the quoted
 * names of Prometheus 3. Sources: prometheus.io/docs/instrumenting/exposition_formats, openmetrics.io.
 *
 * Throws a PrometheusTextError that names the line: as in Prometheus itself, a text with one bad line is not believed.
 */
export function parsePrometheusText(text: string): MetricFamily[] {
  const families = new Map<string, OpenFamily>();
  const familyOf = (name: string): OpenFamily => {
    const family = families.get(name) ?? { name, type: 'unknown', help: '', samples: [] };
    families.set(name, family);
    return family;
  };
  let number = 0;
  let samples = 0;
  for (const line of linesOf(text)) {
    number += 1;
    const trimmed = line.trim();
    if (trimmed === '# EOF') break;
    if (trimmed === '') continue;
    if (trimmed.startsWith('#')) {
      readComment(trimmed, familyOf);
      continue;
    }
    const sample = new SampleLine(trimmed).read();
    if (sample === null)
      throw new PrometheusTextError(`line ${number} is no sample: ${JSON.stringify(trimmed.slice(0, 80))}`);
    samples += 1;
    if (samples > MOST_SAMPLES) throw new PrometheusTextError(`more than ${formatCount(MOST_SAMPLES)} series`);
    familyOf(ownerName(sample.name, families)).samples.push(sample);
  }
  return [...families.values()].filter(({ samples }) => samples.length > 0);
}

function* linesOf(text: string): Generator<string> {
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    yield text.slice(from, end);
    from = end + 1;
  }
  yield text.slice(from);
}

function readComment(line: string, familyOf: (name: string) => OpenFamily): void {
  const [head, what] = /^#\s*(HELP|TYPE)\s+/.exec(line) ?? [];
  if (head === undefined) return;
  const end = line[head.length] === '"' ? closingQuote(line, head.length) : endOfWord(line, head.length);
  if (end < 0) return;
  const isQuoted = line[head.length] === '"';
  const family = familyOf(isQuoted ? unescaped(line.slice(head.length + 1, end)) : line.slice(head.length, end));
  const rest = line.slice(isQuoted ? end + 1 : end).trimStart();
  if (what === 'TYPE') family.type = TYPES.get(rest.trim()) ?? 'unknown';
  else family.help = unescaped(rest);
}

function ownerName(name: string, families: ReadonlyMap<string, OpenFamily>): string {
  if (families.has(name)) return name;
  const cut = name.lastIndexOf('_');
  const owner = families.get(name.slice(0, Math.max(0, cut)));
  return owner && SUFFIXES[owner.type].includes(name.slice(cut)) ? owner.name : name;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const SPACE = /[ \t]*/y;
const NUMBER = /[^ \t]+/y;
/** A timestamp, an exemplar, both. */
const REST = /[ \t]*(?:-?[0-9.eE+-]+)?[ \t]*(?:#.*)?$/y;

/** One sample line, read from left to right. */
class SampleLine {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** Null if the line is none. */
  read(): MetricSample | null {
    let name = this.#take(NAME);
    let labels: Record<string, string> = {};
    this.#take(SPACE);
    if (this.#skip('{')) {
      const inside = this.#readBraces();
      if (inside === null) return null;
      name ??= inside.name;
      labels = inside.labels;
    }
    this.#take(SPACE);
    const value = goFloat(this.#take(NUMBER) ?? '');
    if (name === null || value === null || this.#take(REST) === null) return null;
    return { name, labels, value };
  }

  #readBraces(): { readonly name: string | null; readonly labels: Record<string, string> } | null {
    const labels: [string, string][] = [];
    let name: string | null = null;
    for (;;) {
      this.#take(SPACE);
      if (this.#skip('}')) return { name, labels: Object.fromEntries(labels) };
      const isQuoted = this.#line[this.#at] === '"';
      const label = isQuoted ? this.#takeQuoted() : this.#take(NAME);
      if (label === null) return null;
      this.#take(SPACE);
      if (this.#skip('=')) {
        this.#take(SPACE);
        const value = this.#takeQuoted();
        if (value === null) return null;
        labels.push([label, value]);
      } else if (isQuoted && name === null) {
        name = label;
      } else return null;
      this.#take(SPACE);
      if (!this.#skip(',') && this.#line[this.#at] !== '}') return null;
    }
  }

  #takeQuoted(): string | null {
    const start = this.#at;
    const end = this.#line[start] === '"' ? closingQuote(this.#line, start) : -1;
    if (end < 0) return null;
    this.#at = end + 1;
    return unescaped(this.#line.slice(start + 1, end));
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#line[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}

/** Of the quote at `start`; -1 if there is none. Not by a pattern: texts may be longer than its stack. */
function closingQuote(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    if (line[at] === '"') return at;
    if (line[at] === '\\') at += 1;
  }
  return -1;
}

function endOfWord(line: string, start: number): number {
  const space = line.slice(start).search(/\s/);
  return space < 0 ? line.length : start + space;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** Numbers as Go's ParseFloat takes them; null for what is none. */
function goFloat(text: string): number | null {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}
