import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { HeapQuestion, ObjectOrder } from '../model/heap-answers.ts';

const ORDERS: readonly ObjectOrder[] = ['retained', 'shallow', 'id'];
/** Nobody reads this many pages, and a list is sorted as far as it is requested. */
const MOST_ROWS = 100_000;

/**
 * A question as an address asks it: `objects?query=class:Order&from=50`; null for what is none. `fileOf`: the earlier
 * snapshot by its id. Throws a ProfilerError (exit 2) for a value that cannot be.
 */
export function heapQuestion(
  what: string,
  query: URLSearchParams,
  fileOf: (id: string) => string | null,
): HeapQuestion | null {
  const from = wholeNumber(query, 'from', 0, MOST_ROWS);
  const values = query.get('values') === '1';
  const id = (): number => wholeNumber(query, 'id');
  switch (what) {
    case 'overview':
    case 'packages':
      return { what };
    case 'objects':
      return { what, query: query.get('query') ?? '', sort: orderOf(query.get('sort')), from };
    case 'object':
    case 'retainers':
      return { what, id: id(), from, values };
    case 'path':
      return { what, id: id() };
    case 'dominated':
      return { what, id: query.has('id') ? id() : null, from };
    case 'strings':
      return { what, from, values };
    case 'string-holders':
      return { what, text: wholeNumber(query, 'text'), values };
    case 'changes':
      return { what, earlier: earlierOf(query, fileOf) };
    case 'changed-objects': {
      const side = query.get('side') === 'gone' ? 'gone' : 'new';
      return { what, earlier: earlierOf(query, fileOf), class: query.get('class') ?? '', side, from };
    }
    case 'held-objects':
      return { what, class: query.get('class') ?? '', holder: wholeNumber(query, 'holder'), from };
    default:
      return null;
  }
}

function wholeNumber(query: URLSearchParams, name: string, otherwise?: number, most = 2 ** 32 - 1): number {
  const text = query.get(name);
  if (text === null && otherwise !== undefined) return otherwise;
  const number = text !== null && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= most)) throw new ProfilerError('usage', EXIT.usage, `"${name}" is no number up to ${most}.`, '');
  return number;
}

function orderOf(text: string | null): ObjectOrder {
  return ORDERS.find((order) => order === text) ?? 'retained';
}

function earlierOf(query: URLSearchParams, fileOf: (id: string) => string | null): string {
  const file = fileOf(query.get('earlier') ?? '');
  if (file === null) throw new ProfilerError('usage', EXIT.usage, 'There is no such earlier snapshot.', '');
  return file;
}
