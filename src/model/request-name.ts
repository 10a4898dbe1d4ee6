/** A word that somebody chose, or several in camel case, and a short number: `orders`, `createOrder`, `oauth2`. */
const WORD = /^(?:[A-Za-z]?[a-z]*(?:[A-Z][a-z]+)*|[A-Z]+)\d{0,2}$/;
const BETWEEN_WORDS = /[._-]/;
const LONGEST_WORDS = 40;
const LONGEST_WITH_DIGITS = 19;
/** What follows such a part grants access: `/token/x9`, `/reset/S3cr3t`. */
const TELLING =
  /token|secret|passw|pass$|pwd|auth|session|api-?_?key|keys?$|otp$|pin$|reset|verif|confirm|activat|invit|magic|unsubscribe|login/i;
/** No short part of it in capitals, and no digit: `createOrder`, not `aZbQ`. */
const PLAIN_WORDS = /^[A-Za-z]?[a-z._-]*(?:[A-Z][a-z]{2,}[._-]?)*$/;
const VERSION = /^v\d{1,2}$/;

/**
 * A name for requests that have only an address: `GET /items/{id}`. Addresses with numbers in them would make each
 * request a name of its own, and what visitors wrote into them is nobody's business: words stay, and nothing else.
 */
export function nameOfUrl(method: string, url: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.replace(/[?#].*$/, '');
  const parts = (path === '' ? '/' : path).split('/').map((part) => part.replace(/;.*$/, ''));
  return `${method} ${parts.map((part, i) => (isPlain(part, parts[i - 1] ?? '') ? part : '{id}')).join('/')}`.trim();
}

function isPlain(part: string, before: string): boolean {
  if (part === '' || part === '*') return true;
  const hasDigits = /\d/.test(part);
  if (part.length > (hasDigits ? LONGEST_WITH_DIGITS : LONGEST_WORDS) || !/^[._-]{0,2}[A-Za-z]/.test(part))
    return false;
  // In capitals, digits make a code of it: `XK92-PQ7`.
  if (hasDigits && part === part.toUpperCase()) return false;
  if (!part.split(BETWEEN_WORDS).every((word) => WORD.test(word))) return false;
  return !TELLING.test(before) || VERSION.test(part) || PLAIN_WORDS.test(part);
}

/** More routes below one part than this are one route for many things: `GET /products/{id}`. */
export const MOST_SIBLINGS = 20;

/**
 * What a route shares with its siblings (null for one right below the root, where each is a route of its own), and what all
 * of them are called.
 */
export function withoutLastPart(route: string): { readonly siblings: string | null; readonly merged: string } {
  const end = route.lastIndexOf('/');
  const siblings = end <= route.indexOf('/') ? null : route.slice(0, end);
  return { siblings, merged: siblings === null ? route : `${siblings}/{id}` };
}
