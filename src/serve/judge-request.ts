/** What a request says of itself, before anything is done for it. A header that came twice has two entries. */
export interface RequestFacts {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly cookies: readonly string[];
  /** `Sec-Fetch-Site`; null if the browser does not send it. */
  readonly fetchSite: string | null;
}

export interface Door {
  readonly port: number;
  readonly cookieName: string;
  /** Compares in constant time. */
  isToken(text: string): boolean;
}

export type Judgement =
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 404 | 405; readonly words: string }
  /** Came with the token of the printed address: gets the cookie. */
  | { readonly kind: 'entered' }
  | { readonly kind: 'served'; readonly path: readonly string[]; readonly query: URLSearchParams };

const LONGEST_TARGET = 4000;
/** Words of letters and digits, dots only before an ending: nothing in it can lead anywhere. */
const PATH = /^\/(?:[A-Za-z0-9_-]+(?:\.[a-z0-9]+)?(?:\/[A-Za-z0-9_-]+(?:\.[a-z0-9]+)?)*)?$/;

/**
 * Who may ask what, decided on the request alone. A page of another site can reach a loopback port: under a name of its
 * own (DNS rebinding, seen in Host), by a form or script (seen in Origin and Sec-Fetch-Site). None of them has the cookie,
 * which is strict, and nothing is ever changed by a request.
 */
export function judgeRequest(facts: RequestFacts, door: Door): Judgement {
  const { method, target, hosts, origins, fetchSite } = facts;
  const names = [`127.0.0.1:${door.port}`, `localhost:${door.port}`];
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined || !names.includes(host.toLowerCase()))
    return refused(403, 'This page is served under the address that was printed, and under no other name.');
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'Nothing can be changed here.');
  if (origins.length > 1 || (origins[0] !== undefined && origins[0] !== `http://${host.toLowerCase()}`))
    return refused(403, 'Pages of other sites are not answered.');
  if (target.length > LONGEST_TARGET) return refused(400, 'The address is too long.');
  const [path = '', search = '', ...more] = target.split('?');
  if (more.length > 0 || !PATH.test(path)) return refused(404, 'There is no such page.');
  const query = new URLSearchParams(search);
  const token = query.get('open');
  if (path === '/' && token !== null)
    return door.isToken(token) ? { kind: 'entered' } : refused(403, 'The token is not that of this server.');
  if (fetchSite !== null && fetchSite !== 'same-origin' && fetchSite !== 'none')
    return refused(403, 'Pages of other sites are not answered.');
  if (!hasToken(facts.cookies, door)) return refused(403, 'Open the address that was printed in the terminal first.');
  return { kind: 'served', path: path.split('/').slice(1), query };
}

function hasToken(cookies: readonly string[], { cookieName, isToken }: Door): boolean {
  return cookies
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim().split('='))
    .some(([name, value]) => name === cookieName && value !== undefined && isToken(value));
}

function refused(status: 400 | 403 | 404 | 405, words: string): Judgement {
  return { kind: 'refused', status, words };
}
