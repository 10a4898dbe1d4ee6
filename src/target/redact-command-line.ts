import { splitNodeArguments } from './node-arguments.ts';

const REDACTED = '[redacted]';

/** Names under which programs are handed secrets: `--db-password`, `API_KEY=`, `?access_token=`. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|pwd$|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|auth(?:orization)?$|credential|cookie|bearer|signature|^key$|[-_]key$|dsn$/i;

/** Values that are secrets by their form: issuer prefixes, JSON web tokens. */
const SECRET_FORM =
  /\b(?:sk|pk|rk)_(?:live|test)_\w+|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{15,}|\bxox[a-z]-[\w-]+|\bAKIA[0-9A-Z]{12,}|\bnpm_\w{30,}|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;

/** Long and of letters and digits mixed, with nothing of a path in it: random, so probably a key. */
const LONG_RANDOM = /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9+_=-]{32,}$/;

const RUNS_CODE = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/**
 * A command line fit to be stored and shown: values under secret-like names, credentials in URLs, values that look
 * random, and the text of `--eval` are replaced. Rather too much than too little is taken out.
 */
export function redactCommandLine(argv: readonly string[]): string[] {
  // Behind a script `-p` is the script's own: a port, mostly.
  const runsCode = splitNodeArguments(argv).script === null;
  return argv.map((argument, index) => {
    const before = argv[index - 1];
    if (before !== undefined && runsCode && RUNS_CODE.has(before)) return `[script of ${argument.length} characters]`;
    if (before !== undefined && isBareSecretFlag(before) && !argument.startsWith('-')) return REDACTED;
    return redactArgument(argument);
  });
}

function isBareSecretFlag(argument: string): boolean {
  return argument.startsWith('-') && !argument.includes('=') && SECRET_NAME.test(argument);
}

function redactArgument(argument: string): string {
  const assignment = /^(--?[\w.-]+|[\w.-]+)=([\s\S]*)$/.exec(argument);
  const [, name = '', value = ''] = assignment ?? [];
  if (name && /^--?(?:eval|print|e|p)$/.test(name)) return `${name}=[script of ${value.length} characters]`;
  if (name && SECRET_NAME.test(name)) return `${name}=${REDACTED}`;
  if (name && LONG_RANDOM.test(value)) return `${name}=${REDACTED}`;
  if (LONG_RANDOM.test(argument)) return REDACTED;
  return redactText(argument);
}

function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/@]*)@/gi, (_, scheme: string, user: string) =>
      user.includes(':') ? `${scheme}${user.slice(0, user.indexOf(':'))}:${REDACTED}@` : `${scheme}${REDACTED}@`,
    )
    .replace(/([?&;])([\w.-]+)=([^&;#\s]+)/g, (whole, mark: string, name: string) =>
      SECRET_NAME.test(name) ? `${mark}${name}=${REDACTED}` : whole,
    )
    .replace(/\b(bearer|basic)\s+[\w.+/=~-]+/gi, `$1 ${REDACTED}`)
    .replace(/\b([\w-]*(?:password|secret|token|api[-_]?key))(["']?\s*[:=]\s*["']?)([^\s"',;&]+)/gi, `$1$2${REDACTED}`)
    .replace(SECRET_FORM, REDACTED);
}
