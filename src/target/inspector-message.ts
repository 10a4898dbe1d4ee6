/** One message of an inspector: the answer to a call, or an event. */
export type InspectorMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly result: object; readonly error: string | null }
  | { readonly kind: 'event'; readonly method: string; readonly params: object };

/**
 * Reads one message. Whoever answers at the address may be anything: null for what no inspector says. Results and
 * parameters are objects always, so that whoever takes a member of them finds at worst that it is missing.
 */
export function readInspectorMessage(text: string): InspectorMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const { id, method, params, result, error } = value as Readonly<Record<string, unknown>>;
  if (id === undefined) {
    if (typeof method !== 'string' || !isOptionalObject(params)) return null;
    return { kind: 'event', method, params: params ?? {} };
  }
  if (!Number.isSafeInteger(id)) return null;
  if (error !== undefined) {
    const message = isObject(error) ? (error as { readonly message?: unknown }).message : undefined;
    return {
      kind: 'answer',
      id: id as number,
      result: {},
      error: typeof message === 'string' ? message : 'an error without a message',
    };
  }
  return isObject(result) ? { kind: 'answer', id: id as number, result, error: null } : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalObject(value: unknown): value is object | undefined {
  return value === undefined || isObject(value);
}
