import { redactClients } from './client-passwords.ts';
import { isOrdinaryValue } from './ordinary-values.ts';
import { redactEncoded } from './redact-encoded.ts';
import { redactSentenceValues } from './redact-sentences.ts';
import { redactHookPaths, redactMailParts, redactParameters, redactTellingPaths, redactUrls } from './redact-url.ts';
import { isPlaceholder, REDACTED, redactForms } from './secret-forms.ts';
import { isSecretName } from './secret-names.ts';

/** Nothing shorter is a secret that could be distinguished from a word. */
const SHORTEST = 6;
/** Most texts of a run are names of functions and files: without one of these there is nothing to look at. */
const WORTH_A_LOOK =
  /[=:@?_]|%40|%3d|%3a|%22|-|<\/|\b(?:eyJ|A[KSBC][ICA]A|AIza|ya29|hv[sbr]\.|SG\.|dp\.|bearer|basic|digest|AC|SK|dapi)|\/services\/|\/webhook|\/bot\d|\/(?:reset|verif|confirm|activat|invit|magic|unsubscribe)/i;

/**
 * A text without the secrets that can be told by their form or by the name before them: credentials of addresses,
 * secret parameters, paths of webhooks, tokens of known issuers, `name=value` and `"name": "value"` under secret names.
 * Names of properties, classes, files and routes stay. To redact twice changes nothing.
 */
export function redactText(text: string): string {
  if (text.length < SHORTEST || !WORTH_A_LOOK.test(text)) return text;
  return redactPlain(redactEncoded(text, redactPlain));
}

function redactPlain(text: string): string {
  const withoutAddresses = redactMailParts(
    redactTellingPaths(redactHookPaths(redactParameters(redactUrls(redactHeaderLines(text))))),
  );
  return redactForms(redactAssignments(redactOptions(redactSchemes(withoutAddresses))));
}

/**
 * The same for sentences that come from elsewhere, such as errors of libraries that quote what they were given:
 * `password: value` without quotes is a secret here. (In a list of what a heap holds it is the class of a property.)
 */
export function redactMessage(text: string): string {
  const plain = text.replace(COLOURS, '');
  if (plain === text) return redactSentence(text);
  const shown = redactSentence(plain);
  return shown === plain ? text : shown;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours between a name and its value hide what it is
const COLOURS = /\u001b\[[\d;]{0,20}m/g;

function redactSentence(text: string): string {
  const isMeant = (name: string): boolean => !HEADER.test(name);
  const bare = replaceValues(
    redactText(text),
    /(?<![\w.`/\\-])([\w.-]+)["']?\s*:\s+(?!\s|\[\s*["'])/g,
    BARE_VALUE,
    isMeant,
  );
  const told = replaceValues(bare, TOLD, BARE_VALUE).replace(ROW_VALUES, `$1${REDACTED}`);
  const glued = replaceValues(told, GLUED, BARE_VALUE, isMeant);
  // With a digit: `const token = request.headers` is a line of a program.
  return replaceValues(
    redactSentenceValues(redactClients(glued)),
    /(?<![\w.`/\\-])([\w.-]+)(?:\s*(?:=>?|->)|\s(?:is|was))\s+(?=[^\s"'`,;&()[\]{}]{0,100}\d|[A-Z]{4,}\w*(?![\w.]))/g,
    BARE_VALUE,
  );
}

/** `Incorrect API key provided: x`, `the password was: x`. */
const TOLD =
  /(?<![\w.`/\\-])((?:api |access |secret |private )?[\w-]+)(?: (?:provided|given|received|used|sent|is|was)){1,2}:\s+/gi;
/** `Key (token)=(x) already exists.`: PostgreSQL quotes the row. */
const ROW_VALUES = /(\bKey \([^()]{1,200}\)=\()[^()]*/g;
/** `secret:x`: with a digit or a capital, since `npm run session:clean` is a name; no port and no version. */
const GLUED =
  /(?<![\w.`/\\-])([\w.-]+):(?=[^\s"'`,;&()[\]{}:/]{0,100}[\dA-Z])(?!v?\d[\d.]*(?![\w.]))(?=[\w+=.!$%*~-]{4})/g;

const HEADER = /^(?:(?:proxy-)?authorization|(?:set-)?cookie)$/i;
const BARE_VALUE = /[^\s"'`,;&)}\]]+/y;
const QUOTED_VALUE = /"(?:[^"\\]|\\[\s\S])*|'(?:[^'\\]|\\[\s\S])*|`(?:[^`\\]|\\[\s\S])*/y;
/** All texts of a list; one alone is a quoted value. */
const LIST = /(?:"[^"]*"\s*,\s*|'[^']*'\s*,\s*)*(?:"[^"]*|'[^']*)/y;
const COOKIES = /[^\s"'`,;&)}\]]+(?:;\s*[^\s"'`,;&)}\]=]+=[^\s"'`,;&)}\]]*)*/y;
const DIGITS = /-?\d[\d.]*/y;

/** `name=value`, `name = "value"`, `"name": "value"`, `"name": 1234`. */
function redactAssignments(text: string): string {
  // From the first of several backslashes on: each of a long row would look to its end.
  const paired = replaceValues(text, /\b(?:key|name)=["']([\w.-]+)["']\s+value=(?=["'])/g, QUOTED_VALUE);
  const escaped = replaceValues(paired, /(?<!\\)\\+"([\w.-]+)\\+"\s*:\s*\\+"/g, /[^"\\]+/y);
  const tagged = replaceValues(escaped, /<([\w.-]+)(?:\s[^<>]{0,200})?>/g, /[^<>]+(?=<\/)/y);
  const listed = replaceValues(tagged, /(?<![\w.-])(["']?)([\w.-]+)\1\s*(?:=>?|:)\s*\[\s*(?=["'])/g, LIST);
  const quoted = replaceValues(listed, /(?<![\w.-])(["']?)([\w.-]+)\1\s*(?:=>?|:)\s*\[?\s*(?=["'`])/g, QUOTED_VALUE);
  const bare = replaceValues(quoted, /(?<![\w.-])([\w.-]+)(?:=|%3D)(?![=>\s"'`])/gi, BARE_VALUE);
  return replaceValues(bare, /(?<![\w.-])(["'])([\w.-]+)\1\s*:\s*(?=[-\d])/g, DIGITS);
}

/** `postgres:app:x@db`: an address whose slashes were forgotten. */
const SCHEME_WITHOUT_SLASHES =
  /\b((?:postgres(?:ql)?|mysql2?|mariadb|mongodb|rediss?|amqps?|mssql|https?|smtps?|ftp):[\w.-]{1,64}:)(?!\d+@)[^\s@"'`<>]{1,100}(?=@[\w[])/gi;
/** `app:x9@db`: what looks like a password before a host of one word. No tag of an image, and no package. */
const SHORT_HOST =
  /(?<![\w/.:@-])((?!npm:|jsr:|patch:|workspace:)[A-Za-z][\w.-]{0,63}:)(?=[^\s/@:"'`]{0,100}\d)(?=[^\s/@:"'`]{0,100}[A-Za-z])(?!v?\d[\w.-]*@)([^\s/@:"'`[]{6,100})(?=@(?!sha\d)[A-Za-z][\w-]*(?![\w.-]))/g;

/** Command lines in a text: `--password x`, `-u admin:x`; and `user:password@host` without a scheme. */
function redactOptions(text: string): string {
  const isLong = (name: string): boolean => name.startsWith('--');
  const quoted = replaceValues(text, /(?<![\w.-])(--?[\w.-]+)\s+(?=["'])/g, QUOTED_VALUE, isLong);
  return replaceValues(quoted, /(?<![\w.-])(--?[\w.-]+)\s+(?!-)/g, BARE_VALUE, isLong)
    .replace(/(\s-u\s+[^\s:/]+:)(?!\d+(?:\s|$))[^\s"'`]+/g, `$1${REDACTED}`)
    .replace(/(:thin:[^\s/]+\/)[^\s@]+(?=@)/g, `$1${REDACTED}`)
    .replace(SCHEME_WITHOUT_SLASHES, `$1${REDACTED}`)
    .replace(SHORT_HOST, `$1${REDACTED}`)
    .replace(
      /(?<![\w/.-])([\w.-]+:)(?!\/\/)([^\s/@:"'`[]{3,})(?=@(?:localhost\b|(?:\d{1,3}\.){3}\d|(?:[\w-]+\.)+[a-z]{2,}\b|[\w.-]+:\d{2,5}(?![\w.])))/gi,
      `$1${REDACTED}`,
    );
}

/**
 * What follows a `head` that ends in a secret name (its last group) is taken out, as far as `value` reaches. Behind other
 * heads the search goes on at once: `error: password: x`, `url=token=x`.
 */
function replaceValues(
  text: string,
  head: RegExp,
  value: RegExp,
  isMeant: (name: string) => boolean = () => true,
): string {
  let shown = '';
  let from = 0;
  for (const match of text.matchAll(head)) {
    const start = match.index + match[0].length;
    const name = match.at(-1) ?? '';
    if (match.index < from || !isSecretName(name) || !isMeant(name)) continue;
    const sticky = new RegExp(value === BARE_VALUE && /cookies?$/i.test(name) ? COOKIES : value);
    sticky.lastIndex = start;
    const found = sticky.exec(text)?.[0] ?? '';
    const quote = /^["'`]/.exec(found)?.[0] ?? '';
    const bare = found.slice(quote.length);
    if (isPlaceholder(bare) || isOrdinary(name, bare, text.slice(start + found.length, start + found.length + 3)))
      continue;
    if (isColumn(name, found, text[start + found.length + 1])) continue;
    shown += text.slice(from, start) + quote + (value === DIGITS ? `"${REDACTED}"` : REDACTED);
    from = start + found.length;
  }
  return shown + text.slice(from);
}

/** Counts, states, classes and calls that stand under such a name: `keys: 12`, `auth: ok`, `token: TokenCache @123`. */
function isOrdinary(name: string, value: string, behind: string): boolean {
  if (/^ @\d/.test(behind) || /^[A-Za-z_]\w*\(/.test(value)) return true;
  return isOrdinaryValue(name, value) || (/^[({[<]/.test(value) && !/pass|pwd|secret/i.test(name));
}

/** SQL compares and sets columns: `token=excluded.token`, `"a"."token" = "b"."token"`. */
function isColumn(name: string, value: string, behind: string | undefined): boolean {
  if (/^["']/.test(value)) return value.startsWith('"') && behind === '.';
  return /^[A-Za-z_]\w*\.[A-Za-z_]\w*$/.test(value) && value.endsWith(`.${name.split('.').at(-1)}`);
}

/** `Map @1234`, `(string)`: how a list of a heap goes on after the name of a property. */
const CLASS_OF_A_PROPERTY = /^(?:[A-Z][A-Za-z]*|\([\w ]+\))(?: @\d.*)?$/;

/** `Authorization: …` and `Cookie: …` up to the end of the line or of the quotes that they stand in. */
function redactHeaderLines(text: string): string {
  return text.replace(
    /(?<![\w-])((?:proxy-)?authorization|(?:set-)?cookie)(\s*:\s*)(digest\b[^\r\n]*|[^\s"'`[][^"'`\r\n]*)/gi,
    (whole, name: string, mark: string, value: string) =>
      CLASS_OF_A_PROPERTY.test(value) || isOrdinaryValue(name, value.trim())
        ? whole
        : `${name}${mark}${withoutCredentials(value)}`,
  );
}

/** The scheme of a header may stay, and a variable: `Bearer {{token}}`. */
function withoutCredentials(value: string): string {
  const [, scheme = '', rest = ''] = /^((?:bearer|basic|digest|token|apikey)\s+)?([\s\S]*)$/i.exec(value) ?? [];
  return isPlaceholder(rest.trim()) ? value : `${scheme}${REDACTED}`;
}

/** `Bearer …`, `Basic …`; not the words `basic authentication` and `bearer tokens`. */
function redactSchemes(text: string): string {
  const withoutDigest = text.replace(/\b(digest\s+)(?=[\w-]{1,20}=["\w])[^\r\n]+/gi, `$1${REDACTED}`);
  return withoutDigest.replace(
    /\b(bearer|basic|digest)(\s+)([\w.+/=~-]{4,})/gi,
    (whole, scheme: string, gap: string, value: string) =>
      /[\dA-Z=+/]/.test(value) && !/^[A-Z][a-z]+$/.test(value) ? `${scheme}${gap}${REDACTED}` : whole,
  );
}
