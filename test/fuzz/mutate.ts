import { crc32 } from '../../src/format/crc32.ts';
import { decode, EXTREMES, encode, INHERITED, mutateBytes } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';
import type { Dice } from './random.ts';

/** What a file is made of, so that half of the changes leave it one of its kind. */
export type Kind = 'json' | 'lines' | 'journal' | 'yaml' | 'csv' | 'text' | 'binary';

const WORDS: Readonly<Record<Kind, readonly string[]>> = {
  json: ['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0000', '\\ud800', '"__proto__":', 'null', ...EXTREMES],
  lines: ['\n', '\r\n', '{', '}', '"', ',', '\u0000', ...EXTREMES, ...INHERITED],
  journal: ['\n', '{}', ',"crc":"00000000"}', '"', '\u0000', ...EXTREMES],
  yaml: [
    ...[
      '&a ',
      '*a',
      '*b',
      '<<: *a',
      '!!binary ',
      '!!set ',
      '!x ',
      '- ',
      '? ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '#',
      '|',
      '>',
    ],
    ...['"', "'", '\t', '\n', '\n  ', '---\n', '...\n', '%YAML 1.1\n', '{{', '}}', '{{number(', ')', '~', '@', '`'],
    ...EXTREMES,
    ...INHERITED,
  ],
  csv: [',', '"', '""', '\n', '\r', '\r\n', '\ufeff', '\u0000', '\t', ';', ...EXTREMES, ...INHERITED],
  text: [
    ...[
      '\n',
      '\t',
      ' ',
      '"',
      "'",
      '\\',
      '#',
      '# TYPE ',
      '# HELP ',
      '# EOF',
      '{',
      '}',
      '=',
      ',',
      '<',
      '>',
      '/>',
      '<!--',
    ],
    ...['<![CDATA[', '&#x110000;', '&#1;', '&constructor;', '\u0000', ...EXTREMES, ...INHERITED],
  ],
  binary: ['\u0000', '\u0000\u0000\u0000\u0000', '\u007f', ...EXTREMES.slice(0, 5)],
};

/** A changed copy of one of the seeds. */
export function mutate(seeds: readonly Uint8Array[], kind: Kind, dice: Dice): Uint8Array {
  const seed = dice.pick(seeds);
  const words = WORDS[kind];
  if (dice.chance(0.5)) return mutateBytes(seed, dice, words);
  const inKind = mutateInKind(decode(seed), kind, dice);
  if (inKind === null) return mutateBytes(seed, dice, words);
  return dice.chance(0.2) ? mutateBytes(encode(inKind), dice, words) : encode(inKind);
}

/** Null where there is nothing to be kept of the kind. */
function mutateInKind(text: string, kind: Kind, dice: Dice): string | null {
  switch (kind) {
    case 'json':
      return mutateJson(text, dice);
    case 'lines':
      return mutateLines(text, dice, (line) => mutateJson(line, dice) ?? cellsChanged(line, '\t', dice));
    case 'journal':
      return mutateLines(text, dice, (line) => withChecksum(mutateJson(line, dice) ?? line));
    case 'csv':
      return mutateLines(text, dice, (line) => cellsChanged(line, ',', dice));
    case 'yaml':
    case 'text':
      return mutateLines(text, dice, (line) => decode(mutateBytes(encode(line), dice, WORDS[kind])));
    case 'binary':
      return null;
  }
}

/** Lines changed, taken out, doubled, moved, joined. */
function mutateLines(text: string, dice: Dice, changed: (line: string) => string): string {
  let lines = text.split('\n');
  for (let changes = 1 + dice.below(4); changes > 0; changes -= 1) {
    const at = dice.below(lines.length);
    const line = lines[at] ?? '';
    const kind = dice.below(8);
    if (kind < 4 && line !== '') lines[at] = changed(line);
    else if (kind === 4) lines.splice(at, 1);
    else if (kind === 5)
      lines.splice(dice.below(lines.length + 1), 0, ...new Array<string>(dice.pick([1, 2, 200])).fill(line));
    else if (kind === 6) lines[at] = `${line}${lines[at + 1] ?? ''}`;
    else lines = lines.slice(0, Math.max(1, at));
  }
  return lines.join('\n');
}

function cellsChanged(line: string, separator: string, dice: Dice): string {
  const cells = line.split(separator);
  cells[dice.below(cells.length)] = dice.pick([...EXTREMES, ...INHERITED, '"', '"a,b"', '', ' ', '-']);
  if (dice.chance(0.1)) cells.push(...new Array<string>(2000).fill('x'));
  return cells.join(separator);
}

/** A line of a journal as the tool itself would have written it. */
function withChecksum(json: string): string {
  if (!json.startsWith('{')) return json;
  // The number that JSON.parse has made of a text such as 1e308 must not change again.
  const body = json.replace(/,"crc":"[^"]*"\}$/, '}').slice(0, -1);
  return `${body},"crc":"${crc32(encode(body)).toString(16).padStart(8, '0')}"}`;
}
