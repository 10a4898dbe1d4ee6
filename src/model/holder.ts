/** How the program's own code gets to an object. */
export type KnownBy =
  | { readonly how: 'variable' | 'export' | 'property' | 'private-field' | 'symbol'; readonly name: string }
  /** By a key of a dictionary, which is data: one of many of its kind. */
  | { readonly how: 'key' };

/** Whose an object is. */
export type Owner =
  /** `file` is null if an ES module has no known URL. */
  | { readonly kind: 'module'; readonly file: string | null }
  | { readonly kind: 'function'; readonly name: string; readonly file: string }
  /** V8 forgot the name of the function; `inner` is one that is written inside it, if there is any with a name. */
  | { readonly kind: 'forgotten-function'; readonly inner: string | null; readonly file: string }
  /** A static field of a class, or a property of a function. */
  | { readonly kind: 'class' | 'function-object'; readonly name: string }
  | {
      readonly kind: 'instance';
      readonly class: string;
      readonly knownBy: KnownBy | null;
      /** For an instance inside a package: the program's own variable that holds it. */
      readonly within?: Owner;
    }
  /** A container or plain object that is itself known by a name. */
  | { readonly kind: 'container'; readonly knownBy: KnownBy; readonly owner: Owner | null };

/** An object with the name by which it is known. */
export interface NamedObject {
  /** `Map`, `PendingAudits`, `closure handle`. */
  readonly class: string;
  readonly knownBy: KnownBy | null;
  readonly owner: Owner | null;
}

/**
 * What holds the objects that grow in number: the container whose own members they are.
 *
 * `slot`: a variable or field that leads to what grows without any container between: the head of a linked list, the last
 * function of a chain, one object that is replaced. `knownBy` is the slot, and `owner` has it.
 */
export type Holder =
  | (NamedObject & { readonly container: PlainContainer })
  /** `event` is null if the events themselves are what grows. `on` is the emitter or target. */
  | {
      readonly container: 'listeners';
      readonly event: string | null;
      readonly api: ListenerApi;
      readonly on: NamedObject;
    }
  /** Node keeps timers in one list a duration. `durationMs` is null if the lists grow in number. */
  | { readonly container: 'timers'; readonly durationMs: number | null }
  /** Handles of the runtime that nothing else holds: Node keeps them while they are open. */
  | { readonly container: 'handles'; readonly class: string }
  /** V8's own tables, such as the string table. They retain nothing. */
  | { readonly container: 'engine'; readonly name: string };

export type PlainContainer = 'map' | 'set' | 'weak-map' | 'array' | 'object' | 'slot' | 'chain' | 'promise' | 'unknown';

export type ListenerApi = 'event-emitter' | 'event-target';
export type Container = Holder['container'];
