/**
 * Names under which programs are handed secrets: `--db-password`, `API_KEY=`, `?access_token=`, `X-Auth-Token:`.
 * A name is taken apart into words, since `token` is a secret and `max-tokens`, `token-ttl` and `monkey` are none.
 */

/** A word that names a secret wherever it stands in a name. */
const SECRET_WORD =
  /^(?:\w*(?:passwords?|passwd|passphrase|secret|token|apikey|passcode|passwort|kennwort|mnemonic|accesskey|privatekey|secretkey|sessionid|credentials?|cookie|pwd)|secrets|tokens|cookies|(?:require|user|db|root|admin|smtp|mail|redis|pg|mysql)?pass|masterauth|pw|psw|auth|authori[sz]ation|creds?|bearer|jwt|signature|sig|hmac|dsn|otp|totp|pin|salt|session|sess|sid|sas|csrf|xsrf|mfa)$/;

/** After a secret word: what is told about the secret rather than the secret itself. */
const ABOUT_A_SECRET = new Set(
  `age algorithm attempts bucket class cost count dir directory domain duration enabled endpoint error errors expiry
   expires expiration file folder format header headers host id interval issuer kind length level limit lifetime
   location max maxage method min mode name names parser path plugin policy port prefix provider rate renewal required
   rounds scope scopes server service size status store strategy strength timeout ttl type types uri url usage user
   username validity version window`.split(/\s+/),
);
/** `secret-id`, `session-id`: the id is the secret. */
const ID_IS_THE_SECRET = new Set(['secret', 'session', 'sess', 'token', 'auth']);

/** `session.ts: cannot be read` */
const FILE_NAME = /\.(?:[cm]?[jt]sx?|json|ya?ml|map|html?|css|md|txt|env|pem|key|crt|log|sock)$/i;

/** Before `key`: keys that find something, not keys that open something. */
const INNOCENT_KEYS = new Set(
  `cache column composite database db find foreign group hash idempotency index map message object partition primary
   public range routing search shard sort unique`.split(/\s+/),
);

export function isSecretName(name: string): boolean {
  if (FILE_NAME.test(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (last === 'key' || last === 'keys') return !INNOCENT_KEYS.has(words.at(-2) ?? '');
  const at = words.findIndex((word) => SECRET_WORD.test(word));
  if (at < 0) return false;
  if (words[at] === 'tokens' && words.some((word) => word === 'max' || word === 'min')) return false;
  if (at === words.length - 1) return true;
  if (last === 'id') return ID_IS_THE_SECRET.has(words.at(-2) ?? '');
  return words.includes('for') || !ABOUT_A_SECRET.has(last);
}

/** `dbPassword2` is `db`, `password`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter(Boolean);
}

/** In a query these are secrets too: codes of a login, and all that signed addresses carry. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || /^(?:code|ticket|x-(?:amz|goog|ms)-.+)$/i.test(name);
}

/** Headers whose values are known to be nobody's secret; of all others nothing can be known. */
const INNOCENT_HEADERS =
  /^(?:accept(?:-\w+)*|cache-control|connection|content-(?:type|length|encoding|language)|host|user-agent|pragma|te|dnt|expect|date|if-(?:modified|unmodified)-since|upgrade-insecure-requests)$/i;

export function isSecretHeader(name: string): boolean {
  return !INNOCENT_HEADERS.test(name.trim());
}
