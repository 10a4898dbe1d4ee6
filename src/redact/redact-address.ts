import { redactText } from './redact-text.ts';
import { REDACTED } from './secret-forms.ts';

/**
 * One address, as an option of ours or a scenario gives it, in the form that may be shown and stored. It is read as the
 * program that uses it reads it: a password may hold quotes and blanks, and `http:/u:p@h` is valid. In a text that only
 * looks like an address nothing before its last @ is repeated.
 */
export function redactAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.host === '') return redactText(withoutStart(text));
  if (url.username === '' && url.password === '') return redactText(text);
  url.username = '';
  url.password = '';
  const shown = text.endsWith('/') ? url.href : url.href.replace(/\/$/, '');
  return redactText(shown.replace('//', `//${REDACTED}@`));
}

function withoutStart(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)?([\s\S]*)$/i.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  return at < 0 ? text : `${scheme}${REDACTED}${rest.slice(at)}`;
}
