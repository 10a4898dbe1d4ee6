import { redactClients } from './client-passwords.ts';
import { isOrdinaryValue } from './ordinary-values.ts';
import { redactMessage, redactText } from './redact-text.ts';
import { isMixed } from './redact-url.ts';
import { isPlaceholder, looksRandom, REDACTED } from './secret-forms.ts';
import { isSecretHeader, isSecretName } from './secret-names.ts';

/**
 * Lines of a program without the secrets that somebody wrote into it. A name and its secret seldom stand side by side there:
 * `process.env.API_KEY || 'x'`, `headers['x-api-key'] = 'x'`, `createHmac('sha256', 'x')`, `login('admin', 'x')`. So on a
 * line that indicates secrets every text goes, but for words that name something.
 */
export function redactSource(lines: readonly string[]): string[] {
  const end = lines.findLastIndex((line) => line.includes('-----END'));
  const begin = lines.findLastIndex((line) => line.includes('-----BEGIN'));
  return lines.map((line, i) =>
    i < end && (i > begin || begin > end) ? REDACTED : redactSourceLine(line, lines[i - 1] ?? null),
  );
}

/** `before`: the line before, whose end it may go on; null if unknown. */
export function redactSourceLine(line: string, before: string | null): string {
  const code = before === null ? line : `${GOES_ON.test(before) ? before : ''} ${line}`;
  const takes = wordsOf(code).some((word) => TAKES_SECRETS.test(word));
  const isSecret = takes || wordsOf(code).some(isTelling) || (before === null && LITERAL_ALONE.test(line));
  let shown = '';
  for (const match of line.matchAll(PIECES)) {
    const [piece] = match;
    if (/^(?:\/\/|\/\*)/.test(piece)) shown += redactMessage(piece);
    else if (/^["'`]/.test(piece)) {
      const head = shown === '' && before !== null && GOES_ON.test(before) ? `${before} ${shown}` : shown;
      const behind = match.index + piece.length;
      const told = isToldBy(head.slice(-NEAR).trimEnd(), line.slice(behind, behind + NEAR));
      shown += redactLiteral(piece, told ? 'told' : takes ? 'taken' : isSecret ? 'near' : 'none');
    } else shown += redactNumbers(piece);
  }
  return redactText(shown);
}

/** Comments, texts (of which the end may be cut off), and what lies between. */
const PIECES =
  /\/\/.*$|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?|\/(?![/*])|[^"'`/]+/g;
/** A name is not longer: the time grows with the line alone. */
const NEAR = 120;
const GOES_ON = /(?:[=:(,?|&+{[]|\breturn)\s*$/;
const LITERAL_ALONE = /^\s*(?:"[^"]*"|'[^']*'|`[^`]*`|[A-Za-z\d+/=]{16,})[\s,;)\]}]*$/;
/** Calls that are handed a secret. */
const TAKES_SECRETS =
  /^(?:create(?:Hmac|Cipheriv|Decipheriv|SecretKey)|scrypt|pbkdf2|hkdf|hash|sign|verify|encrypt|decrypt|login|logIn|signIn|authenticate|timingSafeEqual|compare)(?:Sync)?$/;

function wordsOf(code: string): readonly string[] {
  return code.match(/[A-Za-z_$][\w$-]*/g) ?? [];
}

/** `key` alone is mostly the key of a Map. */
function isTelling(word: string): boolean {
  return isSecretName(word) && !/^keys?$/i.test(word);
}

/**
 * A secret name before or behind it, with nothing but operators, brackets and commas between: `token === 'x'`,
 * `set('cookie', 'x')`.
 */
function isToldBy(before: string, behind: string): boolean {
  const name = /([\w$-]+)["'`\])]*\s*(?:\|\||\?\?=?|[=!]==?|=|:|,|\()\s*[[{(]?$/.exec(before)?.[1] ?? '';
  const header = /headers\??\.?\[["'`]([\w-]+)["'`]\]\s*[=!]==?$/.exec(before)?.[1];
  const compared = /^\s*[=!]==?\s*(?:[\w$]+\??\.)*([\w$]+)/.exec(behind)?.[1] ?? '';
  return isSecretName(name) || isSecretName(compared) || (header !== undefined && isSecretHeader(header));
}

/** `pin === 483920`, `password: 123456`. */
function redactNumbers(code: string): string {
  return code.replace(
    /(?<![\w$])([A-Za-z_$][\w$]{0,60})(\s{0,8}(?:[=!]==?|=|:)\s{0,8})(\d{4,})\b/g,
    (whole, name: string, operator: string, value: string) =>
      isSecretName(name) && !isOrdinaryValue(name, value) ? `${name}${operator}${REDACTED}` : whole,
  );
}

/** Values in a statement: `IDENTIFIED BY 'x'`, `VALUES ('joe', 'x')`. */
function redactStatement(text: string): string {
  if (!/\b(?:select|insert|update|delete|alter|create|grant|merge|call)\s|\bidentified\s+by\b/i.test(text)) return text;
  return text.replace(/((?:\w{1,20}\s{1,4})?)'([^']+)'/g, (whole, before: string, value: string) =>
    isPlaceholder(value) || (!/^(?:by|password)\s/i.test(before) && WORDS.test(value))
      ? whole
      : `${before}'${REDACTED}'`,
  );
}

/** Algorithms, encodings, methods. */
const TECHNICAL =
  /^(?:sha-?\d+|md5|hex|base64(?:url)?|utf-?8|ascii|latin1|binary|buffer|aes-[\w-]+|RS?A?-?\w*-?(?:sha)?\d+|[HREP]S\d+|GET|POST|PUT|PATCH|DELETE|HEAD)$/i;
const WORDS = /^[a-z]*(?:[\s:._/-]+[a-z]+)*[\s:._/-]*$/;

/** How a text stands to what indicates secrets: `token = 'x'`, `sign(data, 'x')`, on the same line, not at all. */
type Nearness = 'told' | 'taken' | 'near' | 'none';

function redactLiteral(literal: string, how: Nearness): string {
  const quote = literal.charAt(0);
  const end = literal.length > 1 && literal.endsWith(quote) ? quote : '';
  const inside = literal.slice(1, literal.length - end.length);
  const pieces = quote === '`' ? inside.split(/(\$\{[^}]*\})/) : [inside];
  return quote + pieces.map((text) => (text.startsWith('${') ? text : redactPiece(text, how))).join('') + end;
}

function redactPiece(literal: string, how: Nearness): string {
  const text = redactStatement(redactClients(literal));
  if (text === '' || isPlaceholder(text) || TECHNICAL.test(text)) return text;
  if (how !== 'taken' && isSecretName(text) && !/\d/.test(text)) return text;
  if (looksRandom(text, 20) && isMixed(text)) return REDACTED;
  if (how === 'none') return text;
  const isWord = how === 'told' ? isOrdinaryValue('', text) || /^[\s:._/-]*$/.test(text) : WORDS.test(text);
  return isWord ? text : REDACTED;
}
