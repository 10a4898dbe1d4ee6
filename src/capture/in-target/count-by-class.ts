/**
 * Runs inside the target, sent as text: uses nothing from outside of itself. Counts the objects of an array by the name of
 * their constructor, without calling anything of the program: no getter, no trap.
 */
export function countByClass(this: object[], most: number): { class: string; count: number }[] {
  const counts = new Map<string, number>();
  for (let i = 0; i < this.length; i += 1) {
    let name = '';
    try {
      const prototype = Object.getPrototypeOf(this[i]);
      const own = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor');
      name = own && typeof own.value === 'function' ? own.value.name : '';
    } catch {
      // A proxy whose trap throws is counted nowhere.
    }
    if (typeof name === 'string' && name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([className, count]) => ({ class: className, count }));
}
