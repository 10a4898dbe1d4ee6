import { Composer, type CST, type Document, isAlias, isMap, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml';
import { formatCount } from '../model/units.ts';

/** Some hundred times what people write by hand; tables of data belong into CSV files. */
const MOST_CHARS = 1024 * 1024;
/** Words, signs and line ends, as the lexer counts them: what the parser takes time and memory for. */
const MOST_LEXEMES = 200_000;
/** The composer calls itself once a level, and so does much that reads the result. */
const DEEPEST = 100;
const TOO_DEEP = `nested more than ${DEEPEST} deep`;

export interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

interface ParsedYaml {
  /** Null if the text was not even composed. */
  readonly document: Document.Parsed | null;
  /** Undefined where there is a fault. */
  readonly value: unknown;
  readonly lines: LineCounter;
  /** What is wrong with it as YAML; those after the first are mostly its consequences. */
  readonly fault: YamlFault | null;
}

/**
 * Reads one YAML document, or JSON. Never throws, and takes bounded time and memory for any text: size, number of parts
 * and depth are looked at before anything is composed of them.
 */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const refused = (offset: number, message: string): ParsedYaml => ({
    document: null,
    value: undefined,
    lines,
    fault: { offset, message },
  });
  if (text.length > MOST_CHARS)
    return refused(0, `the file has ${formatCount(text.length)} characters, more than ${formatCount(MOST_CHARS)}`);
  const tokens = tokensOf(text, lines);
  if ('fault' in tokens) return refused(tokens.fault.offset, tokens.fault.message);
  const tooDeep = findDeeper(tokens);
  if (tooDeep !== null) return refused(tooDeep, TOO_DEEP);
  try {
    // Keys are compared here, by a set: the composer compares each with each.
    const composer = new Composer({ prettyErrors: false, logLevel: 'error', uniqueKeys: false });
    const [document, second] = composer.compose(tokens, true, text.length);
    if (!document) return refused(0, 'the file is empty');
    const [broken] = document.errors;
    const fault = broken
      ? { offset: broken.pos[0], message: broken.message }
      : second
        ? { offset: second.range[0], message: 'a second document begins here: give it a file of its own' }
        : (findRepeatedKey(document as Document.Parsed) ??
          findStrayAlias(document as Document.Parsed) ??
          findStrangeTag(document as Document.Parsed));
    if (fault !== null) return { document: document as Document.Parsed, value: undefined, lines, fault };
    const value: unknown = document.toJS();
    if (isTooDeep(value)) return refused(0, `its aliases nest it more than ${DEEPEST} deep, or without an end`);
    return { document: document as Document.Parsed, value, lines, fault: null };
  } catch (error) {
    return refused(0, (error as Error).message);
  }
}

function tokensOf(text: string, lines: LineCounter): CST.Token[] | { readonly fault: YamlFault } {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  lines.addNewLine(0);
  try {
    for (const lexeme of new Lexer().lex(text)) {
      lexemes += 1;
      if (lexemes > MOST_LEXEMES) {
        return { fault: { offset: 0, message: `the file has more than ${formatCount(MOST_LEXEMES)} parts` } };
      }
      tokens.push(...parser.next(lexeme));
    }
    tokens.push(...parser.end());
    return tokens;
  } catch (error) {
    // The parser calls itself once a level, and a few thousand levels fill the stack.
    if (error instanceof RangeError) return { fault: { offset: parser.offset, message: TOO_DEEP } };
    throw error;
  }
}

/** Offset of the first part that is nested too deep. Uses a stack of its own. */
function findDeeper(tokens: readonly CST.Token[]): number | null {
  const pending = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) return token.offset;
    if (token.type === 'document' && token.value) pending.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key) pending.push({ token: item.key, depth: depth + 1 });
      if (item.value) pending.push({ token: item.value, depth: depth + 1 });
    }
  }
  return null;
}

function findRepeatedKey(document: Document.Parsed): YamlFault | null {
  let fault: YamlFault | null = null;
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of isMap(map) ? map.items : []) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          fault = { offset: key.range?.[0] ?? 0, message: 'Map keys must be unique' };
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return fault;
}

const TAG_PREFIX = 'tag:yaml.org,2002:';
const KNOWN_TAGS: readonly string[] = ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'];

/** The first value of a kind that JSON has not: bytes, sets, a tag of somebody's own. */
function findStrangeTag(document: Document.Parsed): YamlFault | null {
  let fault: YamlFault | null = null;
  visit(document, {
    Node(_, node) {
      const tag = isAlias(node) ? undefined : node.tag;
      if (tag === undefined || KNOWN_TAGS.some((known) => tag === TAG_PREFIX + known)) return undefined;
      const name = tag.startsWith(TAG_PREFIX) ? `!!${tag.slice(TAG_PREFIX.length)}` : tag;
      fault = { offset: node.range?.[0] ?? 0, message: `values with the tag ${name} are not known here` };
      return visit.BREAK;
    },
  });
  return fault;
}

/** The first alias whose anchor does not come before it. */
function findStrayAlias(document: Document.Parsed): YamlFault | null {
  const anchors = new Set<string>();
  let fault: YamlFault | null = null;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return undefined;
        fault = {
          offset: node.range?.[0] ?? 0,
          message: `the alias *${node.source} stands for nothing: no &${node.source} is before it`,
        };
        return visit.BREAK;
      }
      if (node.anchor !== undefined) anchors.add(node.anchor);
      return undefined;
    },
  });
  return fault;
}

/**
 * An alias may stand for what holds another alias, or for what it stands in. Each object is looked through once and
 * remembered with its height, so that aliases of aliases take no longer.
 */
function isTooDeep(value: unknown): boolean {
  const heights = new Map<object, number>();
  const heightOf = (one: unknown, depth: number): number => {
    if (typeof one !== 'object' || one === null) return 0;
    if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
    const known = heights.get(one);
    if (known !== undefined) return known;
    const height = 1 + Object.values(one).reduce<number>((most, part) => Math.max(most, heightOf(part, depth + 1)), 0);
    heights.set(one, height);
    return height;
  };
  return heightOf(value, 0) > DEEPEST;
}
