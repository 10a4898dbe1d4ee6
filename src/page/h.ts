import { printable } from '../model/printable.ts';

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean>>;

/**
 * Makes an element. Text goes in as text nodes and attributes by name, so there is no way to pass markup; and it goes
 * in printable, so that a name cannot turn the text around it.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, printable(String(value)));
  }
  for (const child of children) {
    if (child !== null) element.append(typeof child === 'string' ? printable(child) : child);
  }
  return element;
}
