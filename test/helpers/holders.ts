import type { Holder, NamedObject } from '../../src/model/holder.ts';

/** ``Map `byKey` of TranslationCache``. */
export function fieldOf(owner: string, container: 'map' | 'set' | 'array' | 'object', name: string): Holder {
  const classes = { map: 'Map', set: 'Set', array: 'Array', object: 'Object' };
  return { container, ...named(classes[container], name), owner: { kind: 'instance', class: owner, knownBy: null } };
}

/** ``Map `orders` of module store.js``. */
export function variableOf(file: string, container: 'map' | 'promise', name: string): Holder {
  return {
    container,
    class: container === 'map' ? 'Map' : 'Promise',
    knownBy: { how: 'variable', name },
    owner: { kind: 'module', file },
  };
}

function named(name: string, property: string): NamedObject {
  return { class: name, knownBy: { how: 'property', name: property }, owner: null };
}
