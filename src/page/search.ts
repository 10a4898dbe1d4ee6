import type { FlameWidget } from './flame-view.ts';
import { h } from './h.ts';

/** The search of the page: hides rows of tables that do not match, and marks frames of the flame graphs. */
export function mountSearch(searchFlames: FlameWidget['search'] | null): HTMLInputElement | null {
  const place = document.querySelector<HTMLElement>('[data-mount="search"]');
  if (!place) return null;
  const input = h('input', {
    type: 'search',
    placeholder: 'Search by name or regex',
    'aria-label': 'Search tables and flame graphs',
  });
  const found = h('span', { role: 'status' });
  input.addEventListener('input', () => {
    const matches = matcher(input.value);
    const rows = filterRows(matches);
    const share = searchFlames?.(matches) ?? 0;
    found.textContent = matches
      ? `${rows} rows${searchFlames ? `, ${(100 * share).toFixed(1)} % of CPU time` : ''}`
      : '';
  });
  place.append(h('div', { class: 'search' }, found, input));
  return input;
}

/** A regular expression without regard to case; where it is not one yet (`a(`), the text itself. Null for no search. */
function matcher(text: string): ((candidate: string) => boolean) | null {
  if (text.trim() === '') return null;
  try {
    const pattern = new RegExp(text, 'i');
    return (candidate) => pattern.test(candidate);
  } catch {
    const plain = text.toLowerCase();
    return (candidate) => candidate.toLowerCase().includes(plain);
  }
}

function filterRows(matches: ((candidate: string) => boolean) | null): number {
  let shown = 0;
  for (const row of document.querySelectorAll<HTMLTableRowElement>('table[data-search] tbody tr')) {
    const visible = matches === null || matches(row.textContent ?? '');
    row.hidden = !visible;
    if (visible) shown++;
  }
  return shown;
}
