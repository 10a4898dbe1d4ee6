/** How the heap engine names the class of a function: `closure handle`. Everything else is named by its constructor. */
export const CLOSURE_PREFIX = 'closure ';

export function isFunctionClass(name: string): boolean {
  return name.startsWith(CLOSURE_PREFIX);
}

const SHAPE = /^Object \{(.*)\}$/;

/**
 * The keys of a plain object as the heap engine names its class: `Object {id, url, …}`; null for any other class. Keys that
 * represent many are left out.
 */
export function shapeKeys(name: string): string[] | null {
  const [, shape] = SHAPE.exec(name) ?? [];
  return shape === undefined ? null : shape.split(', ').filter((key) => key !== '…' && key !== '<key>');
}
