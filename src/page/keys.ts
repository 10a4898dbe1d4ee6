import { h } from './h.ts';

/** `g` and one of these letters goes to a section. */
const SECTIONS: Readonly<Record<string, string>> = {
  v: 'verdict',
  l: 'leaks',
  t: 'timeline',
  c: 'cpu',
  y: 'latency',
  h: 'heap',
  e: 'events',
  f: 'files',
  m: 'method',
};

/** Keys for the whole page: `/` searches, `?` shows the keys, `g` and a letter goes to a section. */
export function mountKeys(search: HTMLInputElement | null): void {
  const help = helpDialog();
  document.body.append(help);
  let afterG = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const section = afterG ? SECTIONS[event.key] : undefined;
    afterG = event.key === 'g';
    if (section) location.hash = section;
    else if (event.key === '/' && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === '?') help.showModal();
  });
  search?.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    search.value = '';
    search.dispatchEvent(new Event('input'));
    search.blur();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLDialogElement;
}

function helpDialog(): HTMLDialogElement {
  const lines: readonly (readonly [string, string])[] = [
    ['/', 'search tables and flame graphs; Escape ends it'],
    ['g v', 'verdict; g l findings, g t timeline, g c CPU, g y latency, g h heap, g e events'],
    ['← ↑ ↓ →', 'in a flame graph: move from frame to frame'],
    ['Enter', 'in a flame graph: zoom in; Escape zooms out, Home shows all'],
    ['s', 'in a flame graph: who calls the selected function, and whom it calls'],
    ['← →, Enter', 'in a chart: read values, start and end a selection of time; Escape ends it'],
    ['?', 'these keys'],
  ];
  return h(
    'dialog',
    { 'aria-label': 'Keys' },
    h('h2', {}, 'Keys'),
    h(
      'dl',
      { class: 'method' },
      ...lines.flatMap(([keys, what]) => [h('dt', {}, h('kbd', {}, keys)), h('dd', {}, what)]),
    ),
    h('form', { method: 'dialog' }, h('button', { type: 'submit' }, 'Close')),
  );
}
