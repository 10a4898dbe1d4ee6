import type { SourcePlace } from '../model/profiles.ts';

/**
 * Puts a name between backticks: reports set what is between them as code. A template literal keeps its own, so that it can
 * be searched for in the source: then there are two on each side, as in Markdown.
 */
export function code(name: string): string {
  if (!name.includes('`')) return `\`${name}\``;
  if (name.includes('``')) return `\`${name.replaceAll('`', "'")}\``;
  const pad = name.startsWith('`') || name.endsWith('`') ? ' ' : '';
  return `\`\`${pad}${name}${pad}\`\``;
}

/** A function in words: by its name, or by its place where it has none. */
export function functionWords({ name, place }: { readonly name: string; readonly place: SourcePlace }): string {
  return name === '(anonymous)' ? `the function at ${code(`${place.file}:${place.line}`)}` : code(name);
}

/** `1 suspect`, `3 suspects`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A sentence that begins with a file (`heap/1.heapsnapshot`) keeps its name as it is. */
export function capital(text: string): string {
  return FILE_FIRST.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

const FILE_FIRST = /^[^\s/]+(?:\/|\.[a-z])/;

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
