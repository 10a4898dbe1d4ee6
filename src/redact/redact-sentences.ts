import { isOrdinaryValue } from './ordinary-values.ts';
import { isPlaceholder, REDACTED } from './secret-forms.ts';
import { isSecretName } from './secret-names.ts';

/** Things whose value people quote in a sentence. */
const NOUN =
  '(?:(?:api|access|secret|private)[ _-]?keys?|tokens?|pass(?:word|wd|phrase|code)s?|secrets?|jwts?|session(?: ?id)?|credentials?|otp)';
/** Names with a joint are names of settings: `aws_secret_access_key`, `x-api-key`. */
const JOINED = String.raw`[A-Za-z][A-Za-z\d]*(?:[_-][A-Za-z\d]+){1,6}`;

/** `invalid token x`, `password x is too short`, `login u password x`: with a digit, since `token signature` is none. */
const BARE = new RegExp(
  String.raw`(?<![\w.\x60/\\-])(${NOUN}|${JOINED})(\s+)(?=[^\s"'\x60,;&()[\]{}]{0,100}\d)(?=[^\s"'\x60,;&()[\]{}]{0,100}[A-Za-z])([^\s"'\x60,;&()[\]{}/:@][^\s"'\x60,;&()[\]{}]{5,})`,
  'gi',
);
const QUOTED = new RegExp(
  String.raw`(?<!unexpected )(?<![\w.\x60/\\-])(${NOUN}|identified by)(\s+(?:is |was )?)(["'\x60])([^"'\x60\s]{3,})(?=\3)`,
  'gi',
);
/** `password is x`: what else is said of a password is known. */
const IS = /\b(pass(?:word|wd|phrase|code))(\s+(?:is|was)\s+)([^\s"'`,;&()[\]{}]{3,})/gi;
const SAID_OF_IT =
  /^(?:a|an|the|now|no|also|too|only|never|always|already|being|in|on|at|for|from|of|to|by|used|sent|set|set\w*|hashed|stored|checked|changed|correct|accepted|rejected|refused|denied|weak|strong|long|short|longer|shorter|different|same|needed|mandatory|protected|encrypted|read|given|provided|supplied|found|visible|redacted|null|undefined|case-sensitive|well|what|that|this|part|stale|old|new|your|my|their|our)[.!?:]?$/i;
/** `otp 483920`, `the verification code is 483920`. */
const CODE =
  /\b((?:otp|pin|(?:verification|confirmation|security|login|one-time|2fa|mfa)[ -]code)(?: (?:is|was))?:?\s+)\d{4,8}(?![\w.])/gi;

/** Versions, algorithms, files and addresses: what has a digit and is no secret. */
const WITH_DIGIT =
  /^v?\d+(?:\.\d+)+|^(?:sha|aes|md|rsa|base|argon|oauth|utf|http|ed|secp|x|pbkdf|ipv|es)-?\d\w*$|:\/\/|\.(?:[cm]?[jt]sx?|json|ya?ml|md|pem|key|crt|txt|env)(?:[:.,]|$)|^\d+(?:\.\d+)?[a-z]{1,7}$/i;

/** Secrets that stand in a sentence behind the word for them. */
export function redactSentenceValues(text: string): string {
  const bare = text.replace(BARE, (whole, name: string, gap: string, value: string) => {
    const isMeant = isSecretName(name.replace(/ id$/, 'id')) && !WITH_DIGIT.test(value) && !/^[\w.]+\(/.test(value);
    return isMeant && !isOrdinary(name, value) ? `${name}${gap}${REDACTED}` : whole;
  });
  const quoted = bare.replace(QUOTED, (whole, name: string, gap: string, quote: string, value: string) => {
    const isSure = /pass|identified/i.test(name) || /\d/.test(value) || value.length >= 16;
    return isSure && !isOrdinary(name, value) ? `${name}${gap}${quote}${REDACTED}` : whole;
  });
  const told = quoted.replace(IS, (whole, name: string, gap: string, value: string) =>
    SAID_OF_IT.test(value) || isOrdinary(name, value) ? whole : `${name}${gap}${REDACTED}`,
  );
  return told.replace(CODE, `$1${REDACTED}`);
}

function isOrdinary(name: string, value: string): boolean {
  const word = value.replace(/[.!?:]$/, '');
  return isPlaceholder(value) || isOrdinaryValue(name, word);
}
