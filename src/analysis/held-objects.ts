import type { PathStep } from '../model/heap-growth.ts';
import type { Holder, KnownBy, NamedObject, Owner } from '../model/holder.ts';

/** What a heap finding is about, as data. Its words are made from this, and no code parses the words. */
export interface HeldObjects {
  readonly class: string;
  /** Null if their holder is unknown. */
  readonly holder: Holder | NamedObject | null;
  readonly path: readonly PathStep[];
}

/** How much of the path says what the objects are; what is further up holds other things too. */
const NEAREST_STEPS = 3;

/** Names of all that is close to the objects: their class, the last steps of their path, their holder and its owners. */
export function namesAround({ class: name, holder, path }: HeldObjects): string[] {
  return [name, ...path.slice(-NEAREST_STEPS).map(({ node }) => node), ...(holder ? namesOfHolder(holder) : [])];
}

/** Those, and of every step and scope of the path. */
export function allNames(objects: HeldObjects): string[] {
  const steps = objects.path.flatMap(({ node, scope }) => [node, ...(scope ? namesOfOwner(scope) : [])]);
  return [...namesAround(objects), ...steps];
}

function namesOfHolder(holder: Holder | NamedObject): string[] {
  if (!('container' in holder)) return namesOfObject(holder);
  switch (holder.container) {
    case 'listeners':
      return namesOfObject(holder.on);
    case 'timers':
      return [];
    case 'handles':
      return [holder.class];
    case 'engine':
      return [holder.name];
    default:
      return namesOfObject(holder);
  }
}

function namesOfObject({ class: name, knownBy, owner }: NamedObject): string[] {
  return [name, ...nameOf(knownBy), ...(owner ? namesOfOwner(owner) : [])];
}

function namesOfOwner(owner: Owner): string[] {
  switch (owner.kind) {
    case 'module':
      return owner.file === null ? [] : [owner.file];
    case 'function':
      return [owner.name, owner.file];
    case 'forgotten-function':
      return owner.inner === null ? [owner.file] : [owner.inner, owner.file];
    case 'class':
    case 'function-object':
      return [owner.name];
    case 'instance':
      return [owner.class, ...nameOf(owner.knownBy)];
    case 'container':
      return [...nameOf(owner.knownBy), ...(owner.owner ? namesOfOwner(owner.owner) : [])];
  }
}

function nameOf(knownBy: KnownBy | null): string[] {
  return knownBy === null || knownBy.how === 'key' ? [] : [knownBy.name];
}
