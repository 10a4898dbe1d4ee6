/**
 * Keeps what `set-cookie` says in a user's jar: names and values, and what was deleted. Domain and path are not looked
 * at, since a user speaks with one service.
 */
export function keepCookies(setCookie: string | readonly string[] | undefined, jar: Map<string, string>): void {
  if (setCookie === undefined) return;
  for (const line of typeof setCookie === 'string' ? [setCookie] : setCookie) {
    const [pair = '', ...attributes] = line.split(';');
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const name = pair.slice(0, equals).trim();
    if (attributes.some(isOver)) jar.delete(name);
    else jar.set(name, pair.slice(equals + 1).trim());
  }
}

function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=').map((part) => part.trim().toLowerCase());
  if (name === 'max-age') return Number(value) <= 0;
  return name === 'expires' && Date.parse(value) < Date.now();
}
