import type { ResultReader, ResultSink } from './load-result.ts';

export interface Tag {
  readonly name: string;
  /** `empty`: `<a/>`. */
  readonly kind: 'open' | 'close' | 'empty';
  readonly attributes: ReadonlyMap<string, string>;
}

/** Longer than any tag, and than what a comment or CDATA section needs to be recognised. */
const LONGEST_TAG = 4 * 1024 * 1024;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** A tag; `>` may occur inside quotes. */
const TAG = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/y;
const ENDS: readonly (readonly [start: string, end: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
];

/**
 * The tags of an XML document that is too large to be held: text, comments and CDATA sections are passed over.
 * Entities are those of XML itself; documents that declare their own are not for this.
 */
export function tagReader(onTag: (tag: Tag) => void, sink: ResultSink): ResultReader {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let root: string | null = null;
  let isClosed = false;
  const onNext = (tag: Tag): void => {
    root ??= tag.name;
    isClosed ||= tag.name === root && tag.kind !== 'open';
    onTag(tag);
  };
  const take = (text: string): void => {
    rest += text;
    let at = rest.indexOf('<');
    while (at >= 0) {
      const next = tagAt(rest, at, onNext);
      if (next === null) break;
      at = rest.indexOf('<', next);
      if (at < 0) rest = '';
    }
    rest = at < 0 ? '' : rest.slice(at);
    if (rest.length <= LONGEST_TAG) return;
    sink.lost('a tag without an end');
    rest = '';
  };
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      // A tool that was killed, and a copy that was cut off between two tags, leave the root open.
      if (rest.trim() !== '' || !isClosed) sink.lost('the document is cut off');
    },
  };
}

/** Where what begins at `at` ends; null when that is not there yet. */
function tagAt(text: string, at: number, onTag: (tag: Tag) => void): number | null {
  for (const [start, end] of ENDS) {
    if (!text.startsWith(start, at)) continue;
    const found = text.indexOf(end, at + start.length);
    return found < 0 ? null : found + end.length;
  }
  TAG.lastIndex = at;
  const match = TAG.exec(text);
  if (match) {
    const [whole, slash, name = '', attributes = '', empty] = match;
    onTag({ name, kind: slash ? 'close' : empty ? 'empty' : 'open', attributes: attributesOf(attributes) });
    return at + whole.length;
  }
  // A start of a tag that is still to come, or a stray `<`: what follows decides.
  return text.indexOf('>', at) >= 0 && text.length - at > LONGEST_TAG / 2 ? at + 1 : null;
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes.set(name, decoded(double ?? single ?? ''));
  }
  return attributes;
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
