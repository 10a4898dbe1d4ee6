import { h } from './h.ts';

/** `src/orders.ts:41:17`. Of a package (`pg@8.23.1/lib/client.js:5`) or of Node nobody knows where it lies. */
const PLACE = /^(?!\S*@\d)(?!node:)([^\s:`]+\.[cm]?[jt]sx?):(\d+)(?::(\d+))?/;

/** Makes a link of each place in the service, as the template has it. Where a place begins a longer text, all of it is the link. */
export function mountEditorLinks(template: string): void {
  for (const element of document.querySelectorAll<HTMLElement>('main code, main .place')) {
    const address = editorAddress(template, element.textContent?.trim() ?? '');
    if (address === null || element.closest('a')) continue;
    const link = h('a', { href: address, class: 'editor', title: 'Open in the editor' });
    link.append(...element.childNodes);
    element.append(link);
  }
}

/** Null for what is no place. */
function editorAddress(template: string, text: string): string | null {
  const [, file = '', line = '1', column = '1'] = PLACE.exec(text) ?? [];
  if (file === '') return null;
  const path = encodeURI(file).replace(/[?#]/g, encodeURIComponent);
  const filled: Readonly<Record<string, string>> = { '{file}': path, '{line}': line, '{column}': column };
  return template.replace(/\{(?:file|line|column)\}/g, (name) => filled[name] ?? '');
}
