import { h } from '../h.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'to the search of the page'],
  ['Alt ←', 'back to where you were'],
  ['?', 'these keys'],
];

/** The line above all pages, and the keys that work on all. */
export function mountBar(place: HTMLElement, isUi: boolean): void {
  const nav = h('nav', { 'aria-label': 'Pages' }, h('a', { href: '#/' }, isUi ? 'Runs' : 'Heap explorer'));
  const help = keysDialog();
  const button = h('button', { type: 'button', 'aria-label': 'Keys' }, '?');
  button.addEventListener('click', () => help.showModal());
  place.replaceChildren(nav, button);
  document.body.append(help);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === '?') help.showModal();
    if (event.key !== '/') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('[data-main-search], main input[type="search"]')?.focus();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLDialogElement
  );
}

function keysDialog(): HTMLDialogElement {
  const rows = KEYS.flatMap(([keys, what]) => [h('dt', {}, h('kbd', {}, keys)), h('dd', {}, what)]);
  return h(
    'dialog',
    { 'aria-label': 'Keys' },
    h('h2', {}, 'Keys'),
    h('dl', { class: 'method' }, ...rows),
    h('form', { method: 'dialog' }, h('button', { type: 'submit' }, 'Close')),
  );
}
