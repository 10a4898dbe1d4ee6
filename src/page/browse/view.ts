import { h } from '../h.ts';
import { type Query, search } from './api.ts';

/** Where the reader is: `#/heap/h1/objects?query=class:Order`. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export interface View {
  readonly title: string;
  readonly nodes: readonly HTMLElement[];
  /** Called when the reader leaves the page. */
  readonly leave?: () => void;
}

export interface ViewContext {
  readonly place: Place;
  /** What strings and numbers say is shown. */
  readonly values: boolean;
  /** Aborted when the reader leaves the page. */
  readonly signal: AbortSignal;
  showValues(on: boolean): void;
}

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function addressOf(path: readonly (string | number)[], query: Query = {}): string {
  return `#/${path.map((part) => encodeURIComponent(part)).join('/')}${search(query)}`;
}

export function link(text: string, path: readonly (string | number)[], query: Query = {}): HTMLAnchorElement {
  return h('a', { href: addressOf(path, query) }, text.trim() === '' ? '(no name)' : text);
}

/** Pages of a view, as links that say where one is. */
export function tabs(label: string, current: string, all: readonly (readonly [string, string, string])[]): HTMLElement {
  const links = all.map(([id, words, address]) =>
    h('a', { href: address, ...(id === current ? { 'aria-current': 'page' } : {}) }, words),
  );
  return h('nav', { class: 'tabs', 'aria-label': label }, ...links);
}

export function heading(text: string, ...facts: readonly string[]): HTMLElement {
  const line = h('p', { class: 'facts' }, ...facts.map((fact) => h('span', {}, fact)));
  return h('div', {}, h('h1', { tabindex: -1 }, text), ...(facts.length > 0 ? [line] : []));
}

/** A sentence whose names (between backticks) are set as code. */
export function prose(text: string): (string | HTMLElement)[] {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
}

/** A definition list of facts. */
export function facts(pairs: readonly (readonly [string, string | HTMLElement])[]): HTMLElement {
  return h('dl', { class: 'method' }, ...pairs.flatMap(([name, what]) => [h('dt', {}, name), h('dd', {}, what)]));
}
