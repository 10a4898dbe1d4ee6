import vm from 'node:vm';

/**
 * Calls `action` once for each thing of the language that a program in this realm could replace, while that throws or is
 * gone; `before` just before that happens.
 */
export function eachBroken(realm: vm.Context, action: (what: string) => void, before: () => void = () => {}): void {
  const breaking = (holder: object, key: PropertyKey, to: PropertyDescriptor, what: string): void => {
    if (!Object.getOwnPropertyDescriptor(holder, key)?.configurable) return;
    before();
    broken(holder, key, to, () => action(what));
  };
  const world = vm.runInContext('globalThis', realm) as Record<string, unknown>;
  const names = Object.getOwnPropertyNames(world).filter((name) => /^[A-Z]/.test(name));
  for (const name of names) {
    breaking(world, name, { value: undefined }, name);
    const owner = world[name] as { prototype?: object } | undefined;
    for (const holder of [owner, owner?.prototype]) {
      if (typeof holder !== 'object' && typeof holder !== 'function') continue;
      for (const key of Reflect.ownKeys(holder)) {
        const place = Object.getOwnPropertyDescriptor(holder, key);
        if (!place?.configurable || key === 'constructor') continue;
        const what = `${name}${holder === owner ? '' : '.prototype'}.${String(key)}`;
        breaking(holder, key, place.get ? { get: fail } : { value: fail }, what);
      }
    }
  }
}

export function fail(): never {
  throw new Error('the program took this away');
}

function broken(holder: object, key: PropertyKey, to: PropertyDescriptor, action: () => void): void {
  const before = Object.getOwnPropertyDescriptor(holder, key)!;
  Object.defineProperty(holder, key, { configurable: true, ...to });
  try {
    action();
  } finally {
    Object.defineProperty(holder, key, before);
  }
}
