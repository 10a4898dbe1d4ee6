import { isScalar, isSeq, parseDocument, type Scalar, visit } from 'yaml';

const REDACTED = '[redacted]';
/** Keys whose values are credentials: `authorization`, `device_token`, `x-api-key`, `Set-Cookie`, `db_password`. */
const SENSITIVE_KEY =
  /authori[sz]ation|token|secret|passw|pwd|cookie|credential|api[-_]?key|access[-_]?key|private[-_]?key|session/i;
/** What may stand beside a variable without giving anything away. */
const TEMPLATE_ONLY = /^\s*(?:(?:bearer|basic|token)\s+)?(?:\{\{[^}]*\}\}[\s;=\w-]{0,12})+$/i;

/**
 * The text of a scenario without its credentials, comments and layout as they were: values under telling keys,
 * passwords in addresses and queries, and what follows `Bearer` or `Basic`. Variables (`{{token}}`) stay.
 */
export function redactScenarioText(text: string): string {
  return redactInline(redactByKey(text));
}

function redactByKey(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text.replace(/^(\s*(?:- )?["']?([\w-]+)["']?\s*:\s*)(\S.*)$/gm, redactLine);
  const secrets: Scalar[] = [];
  visit(document, {
    Pair(_, pair) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === 'capture') return visit.SKIP;
      if (SENSITIVE_KEY.test(key)) {
        if (isScalar(pair.value)) secrets.push(pair.value);
        if (isSeq(pair.value)) secrets.push(...pair.value.items.filter((item) => isScalar(item)));
      }
      return undefined;
    },
  });
  let redacted = text;
  for (const secret of secrets.reverse()) {
    const [start, end] = secret.range ?? [0, 0];
    if (secret.value === null || TEMPLATE_ONLY.test(String(secret.value))) continue;
    const ending = /\s*$/.exec(text.slice(start, end))?.[0] ?? '';
    redacted = `${redacted.slice(0, start)}"${REDACTED}"${ending}${redacted.slice(end)}`;
  }
  return redacted;
}

/** For text that is no YAML: line by line. */
function redactLine(line: string, head: string, key: string): string {
  return SENSITIVE_KEY.test(key) ? `${head}"${REDACTED}"` : line;
}

function redactInline(text: string): string {
  return text
    .replace(/\b(bearer|basic)\s+(?!\{\{)[\w+/=.~-]{4,}/gi, `$1 ${REDACTED}`)
    .replace(/(\b[a-z][a-z+.-]*:\/\/)[^/\s:@"']*:[^/\s@"']*@/gi, `$1${REDACTED}@`)
    .replace(/([?&][\w-]*(?:token|secret|passw|key|sig)[\w-]*=)(?!\{\{)[^&\s"'#]+/gi, `$1${REDACTED}`);
}
