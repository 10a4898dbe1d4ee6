/** Parts of a path that name one thing among many: numbers, UUIDs, long texts, addresses of mail, and what is encoded. */
const IDENTIFIER =
  /^(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{12,}|(?=[^/]*\d)[\w-]{20,}|.*[@%].*|.{41,})$/i;

/**
 * A name for requests that have only an address: `GET /items/{id}`. Addresses with numbers in them would make each
 * request a name of its own.
 */
export function nameOfUrl(method: string, url: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.replace(/[?#].*$/, '');
  const parts = (path === '' ? '/' : path).split('/').map((part) => (IDENTIFIER.test(part) ? '{id}' : part));
  return `${method} ${parts.join('/')}`.trim();
}

/** More routes below one part than this are one route for many things: `GET /products/{id}`. */
export const MOST_SIBLINGS = 20;

/** What a route shares with its siblings (null for one right below the root, where each is a route of its own), and what all of them are called. */
export function withoutLastPart(route: string): { readonly siblings: string | null; readonly merged: string } {
  const end = route.lastIndexOf('/');
  const siblings = end <= route.indexOf('/') ? null : route.slice(0, end);
  return { siblings, merged: siblings === null ? route : `${siblings}/{id}` };
}
