import { redactClients } from './client-passwords.ts';
import { isOrdinaryValue } from './ordinary-values.ts';
import { redactMessage, redactText } from './redact-text.ts';
import { redactJson } from './redact-values.ts';
import { isPlaceholder, looksRandom, REDACTED } from './secret-forms.ts';
import { isSecretHeader, isSecretName } from './secret-names.ts';

/** Options of curl and its kin whose value is a header, a user with a password, or what is sent. */
const HEADER_OPTION = /^(?:-H|--(?:proxy-)?headers?)$/;
const USER_OPTION = /^(?:-u|-U|--(?:(?:proxy-)?user|basic|login|userpass))$/;
const BODY_OPTION = /^(?:-d|-F|--(?:data(?:-\w+)?|form(?:-string)?|json|[\w-]*(?:body|payload)))$/i;
/** What `-p` is followed by when it means a port or a project. */
const PORT_OR_FILE = /^[\d.:]+$|^(?:\.{0,2}\/)?(?:[\w.@-]+\/)+[\w.@-]*$|^[\w-]+\.(?:json|ya?ml|[cm]?[jt]s)$/;
/** Options of one dash that begin with p. */
const LONG_OPTION =
  /^-p(?:|e|r(?:od(?:uction)?|ofile|oject|efix|eview|etty|int|eset|ocess|oxy)|ort|ath|arallel|arent|lugins?|ublic|oll|id|ackages?|ipe)$/;
/** What follows an option that was given no value. */
const ANOTHER_OPTION = /^-[a-zA-Z]$|^--?[a-z][a-z-]*(?:=.*)?$/s;
/** The value is where the secret lies. */
const FILE_OF_A_SECRET =
  /^(?:\.{0,2}\/)?(?:[\w.@-]+\/)*[\w.@-]+\.(?:pem|key|crt|cer|p12|pfx|json|ya?ml|txt|env|conf|toml)$/;

/**
 * The arguments of a command without what is secret in them: values of options and variables with secret names, headers,
 * passwords of users, credentials in addresses, secrets in JSON and forms, values that look random. Rather too much than
 * too little is taken out. What stands before decides what an argument is.
 */
export function redactArguments(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    const option = argv[index - 1] ?? '';
    if (/^-[a-z]*c$/.test(option) && SHELL.test(argv[index - 2] ?? '')) return redactCommand(argument);
    if (isOneOfMany(argv, index)) return redactSecret('', argument);
    if (isPasswordOfClient(argv, index)) return REDACTED;
    const ofClient = redactUserOfClient(argv, index);
    if (ofClient !== null) return ofClient;
    if (argv.includes('secret') && (option === '--from-literal' || argument.startsWith('--from-literal=')))
      return argument.replace(/^((?:--from-literal=)?[^=]+=)[\s\S]*$/, `$1${REDACTED}`);
    const isValue = option.startsWith('-') && !option.includes('=') && index > 1;
    return (isValue && redactValueOf(option, argument)) || redactArgument(argument);
  });
}

/** `--tokens a b`: not only the first. */
function isOneOfMany(argv: readonly string[], index: number): boolean {
  const option = argv.slice(0, index).findLastIndex((word) => word.startsWith('-'));
  const name = argv[option] ?? '';
  return (
    index - option > 1 &&
    !(argv[index] ?? '').startsWith('-') &&
    /^--[\w-]*(?:tokens|secrets|passwords)$/i.test(name) &&
    isSecretName(name) &&
    !IS_PROGRAM.test(argv[index] ?? '')
  );
}

const IS_PROGRAM = /\.[cm]?[jt]sx?$/;

/** As `redactClients` knows it, whatever the word itself holds. */
function isPasswordOfClient(argv: readonly string[], index: number): boolean {
  const line = clientBefore(argv, index);
  return line !== null && redactClients(`${line}x`) === `${redactClients(line)}${REDACTED}`;
}

/** `scott/tiger@db`: part of the word is the password. */
function redactUserOfClient(argv: readonly string[], index: number): string | null {
  const line = clientBefore(argv, index);
  const word = argv[index] ?? '';
  if (line === null || word.includes('\n')) return null;
  const before = redactClients(line);
  const shown = redactClients(`${line}${word}`);
  return shown.startsWith(before) && shown !== `${before}${word}` ? shown.slice(before.length) : null;
}

/** What stands before the word since the program, as one line; null if it is no value of a known client. */
function clientBefore(argv: readonly string[], index: number): string | null {
  const from = argv.slice(0, index).findLastIndex((word) => CLIENT.test(word));
  if (from < 0 || ANOTHER_OPTION.test(argv[index] ?? '')) return null;
  const before = argv.slice(from, index).map((word) => (/^[\w./:@=-]+$/.test(word) ? basename(word) : '_'));
  return `${before.join(' ')} `;
}

const CLIENT =
  /(?:^|\/)(?:sshpass|docker|podman|nerdctl|oras|helm|rabbitmq(?:admin|ctl)|cqlsh|mongo\w*|redis-cli|ldap\w+|sqlcmd|bcp|osql|ipmitool|zip|unzip|keytool|jarsigner|pscp|plink|psftp|snmp\w+|openssl|vault|heroku|mc(?:li)?|l?ftp|ncftp\w*|sqlplus|sqlldr|sqlcl|expdp|impdp|exp|imp|rman)$/;

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const SHELL = /(?:^|\/)(?:ba|da|z|a|k)?sh$/;

/** What a shell is handed, or a program calls itself: its words are arguments again. */
export function redactCommand(text: string): string {
  const pieces = text.match(/(?:"(?:[^"\\]|\\[\s\S])*(?:"|$)|'[^']*(?:'|$)|[^\s"'])+|\s+/g) ?? [];
  const words = pieces.filter((piece) => piece.trim() !== '');
  const shown = redactArguments(words.map((word) => /^(["'])([^"']*)\1$/.exec(word)?.[2] ?? word));
  let next = 0;
  const rebuilt = pieces.map((piece) => {
    if (piece.trim() === '') return piece;
    const quote = /^(["'])[^"']*\1$/.exec(piece)?.[1] ?? '';
    const word = `${quote}${shown[next]}${quote}`;
    next += 1;
    return word;
  });
  return redactMessage(rebuilt.join(''));
}

/** The value of an option that is an argument of its own; null if the option says nothing about it. */
function redactValueOf(option: string, value: string): string | null {
  if (HEADER_OPTION.test(option)) return redactHeader(value);
  if (USER_OPTION.test(option)) return redactUser(value);
  if (BODY_OPTION.test(option)) return redactBody(value);
  if (option === '-p') return PORT_OR_FILE.test(value) ? value : REDACTED;
  if (/^-b$|^--cookie$/.test(option) && !value.startsWith('-'))
    return isOrdinaryValue('cookie', value) ? value : REDACTED;
  if (isSecretName(option) && !ANOTHER_OPTION.test(value)) return redactSecret(option, value);
  return null;
}

function redactArgument(argument: string): string {
  const [, name = '', value = ''] = /^(--?[\w.-]+|[A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(argument) ?? [];
  if (name.startsWith('-')) {
    const ofOption = redactValueOf(name, value);
    if (ofOption !== null) return `${name}=${ofOption}`;
  }
  if (name && isSecretName(name)) return `${name}=${redactSecret(name, value)}`;
  if (name && looksRandom(value)) return `${name}=${REDACTED}`;
  if (name) return `${name}=${redactFree(value)}`;
  // `--password:SECRET`, as programs for Windows take it.
  const [, colonName = '', colonValue = ''] = /^((?:--?|\/)[\w.-]+):(?!\/\/)([\s\S]+)$/.exec(argument) ?? [];
  if (colonName && isSecretName(colonName)) return `${colonName}:${redactSecret(colonName, colonValue)}`;
  // `-pSECRET`, `-uadmin:SECRET`, `-HAuthorization: SECRET`, as short options are written.
  const [, short = '', glued = ''] = /^(-[pubHdF])([^-=][\s\S]*)$/.exec(argument) ?? [];
  if (short === '-p' && !PORT_OR_FILE.test(glued) && !LONG_OPTION.test(argument)) return `${short}${REDACTED}`;
  if ((short === '-u' || short === '-H') && glued.includes(':')) return `${short}${redactValueOf(short, glued)}`;
  return looksRandom(argument) ? REDACTED : redactFree(argument);
}

function redactSecret(name: string, value: string): string {
  const isKept = isPlaceholder(value) || FILE_OF_A_SECRET.test(value) || isOrdinaryValue(name, value);
  return isKept ? value : REDACTED;
}

/** Of what nothing is known. */
function redactFree(text: string): string {
  const json = parseJson(text);
  if (json !== undefined)
    return JSON.stringify(redactJson(json)) === JSON.stringify(json)
      ? redactText(text)
      : JSON.stringify(redactJson(json));
  const header = /^([A-Za-z][\w-]*):\s/.exec(text);
  if (header && isSecretName(header[1] ?? '')) return redactHeader(text);
  return redactMessage(redactAddress(redactUserAtHost(text)));
}

/** `app:x@db`, `postgres:app:x@db` and nothing else; not `image:1.25@sha256`, `npm:a@latest`, `08:00@monday`. */
function redactUserAtHost(text: string): string {
  return text.replace(
    /^((?!npm:|jsr:|patch:|workspace:)(?:[a-z][a-z\d+.-]*:)?[A-Za-z][\w.-]*:)(?!v?\d[\d.]*@)[^\s/@:]+(?=@(?!sha\d)[A-Za-z][\w.-]*(?::\d+)?(?:[/?]\S*)?$)/i,
    `$1${REDACTED}`,
  );
}

/** One address and nothing else may hold what ends an address in a text: blanks and quotes. */
function redactAddress(text: string): string {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?#]*[\s"'`<>][\s\S]*@/i.test(text)
    ? text.replace(/^([a-z][a-z\d+.-]*:\/\/)[\s\S]*@/i, `$1${REDACTED}@`)
    : text;
}

function redactHeader(value: string): string {
  const [, name = '', gap = '', rest = ''] = /^([\w-]+)(\s*[:=]\s*)([\s\S]*)$/.exec(value) ?? [];
  if (name === '') return isPlaceholder(value) ? value : REDACTED;
  if (!isSecretHeader(name)) return redactText(value);
  return isPlaceholder(rest) ? value : `${name}${gap}${REDACTED}`;
}

/** `admin:SECRET`, `admin%SECRET`; not `1000:1000`, as containers name user and group, and not a bare name. */
function redactUser(value: string): string {
  const [, user = '', mark = '', password = ''] = /^([^:%/]*)([:%])([\s\S]*)$/.exec(value) ?? [];
  if (password === '' || /^\d*:\d+$/.test(value)) return redactText(value);
  return `${user}${mark}${REDACTED}`;
}

/** Names of fields stay. */
function redactBody(value: string): string {
  const json = parseJson(value);
  if (json !== undefined) return JSON.stringify(redactJson(json, true));
  if (value.startsWith('@')) return value;
  if (/^[\w.%[\]-]+=/.test(value)) return value.replace(/=[^&]*/g, `=${REDACTED}`);
  return /^[\w./-]{1,30}$/.test(value) && !looksRandom(value, 20) ? redactText(value) : REDACTED;
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
