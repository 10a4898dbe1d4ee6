// C0 and C1 controls, DEL; soft hyphen-like, invisible and bidirectional controls; line and paragraph separator; byte
// order mark; surrogates without a partner; the two non-characters that XML forbids.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const LONGEST = 2000;

/**
 * A name from a profiled program, made fit to be shown on one line: what could move a cursor, turn text around, end a
 * line or break an XML parser is written as `\u001b`, and what is longer than 2,000 characters is cut in the middle.
 * Not an escape for any markup: that comes after it.
 */
export function printable(text: string): string {
  return shorten(text).replace(UNPRINTABLE, escaped);
}

/**
 * The same for words of ours with names in them: nothing is cut, and our own line ends and tabs stay. JSON, and literals of
 * JavaScript and Python, read the escapes as the characters they represent, so the text stays the same.
 */
export function printableLines(text: string, replace: (char: string) => string = escaped): string {
  return text.replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : replace(char)));
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  const half = LONGEST / 2 - 30;
  return `${text.slice(0, half)}[... ${text.length - 2 * half} characters ...]${text.slice(-half)}`;
}
