/** How the heap engine names the class of a function: `closure handle`. Everything else is named by its constructor. */
export const CLOSURE_PREFIX = 'closure ';

export function isFunctionClass(name: string): boolean {
  return name.startsWith(CLOSURE_PREFIX);
}
