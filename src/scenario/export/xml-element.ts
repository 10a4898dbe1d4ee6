import { printableLines } from '../../model/printable.ts';

/** An element of an XML document: its text, or what is in it. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

export function element(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly Element[],
  text: string = '',
): Element {
  return { tag, attributes, children, text };
}

/** A property of a JMeter element: `<stringProp name="…">value</stringProp>`. */
export function prop(tag: string, name: string, value: string): Element {
  return element(tag, { name }, [], value);
}

export function renderXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, '')}`;
}

function render({ tag, attributes, children, text }: Element, indent: string): string {
  const head = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
  if (children.length === 0)
    return text === '' ? `${indent}<${tag}${head}/>\n` : `${indent}<${tag}${head}>${escaped(text)}</${tag}>\n`;
  return `${indent}<${tag}${head}>\n${children.map((child) => render(child, `${indent}  `)).join('')}${indent}</${tag}>\n`;
}

function escaped(text: string): string {
  const marked = text.replace(
    /[&<>"]/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char,
  );
  return printableLines(marked, characterReference);
}

/** What XML cannot hold at all, such as most control characters and half a surrogate pair, is left out. */
function characterReference(char: string): string {
  const code = char.charCodeAt(0);
  const isForbidden = code < 32 || (code >= 0xd800 && code <= 0xdfff) || code >= 0xfffe;
  return isForbidden ? '' : `&#x${code.toString(16)};`;
}
