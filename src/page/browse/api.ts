/** What the server refused a question for. */
export class Refused extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | null>>;

/** Asks the server; `null`, `false` and empty values are left out of the address. */
export async function ask<Answer>(path: string, query: Query, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(`/api/${path}${search(query)}`, { signal, credentials: 'same-origin' });
  const body = (await response.json()) as Answer & { readonly error?: string; readonly hint?: string };
  if (!response.ok) throw new Refused(body.error ?? `The server answered ${response.status}.`, body.hint ?? '');
  return body;
}

export function search(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== false && value !== '');
  const pairs = given.map(([name, value]) => [name, value === true ? '1' : String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
