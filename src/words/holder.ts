import { isFunctionClass } from '../model/class-name.ts';
import type { Holder, KnownBy, NamedObject, Owner } from '../model/holder.ts';

/** ``Map `pending` of PendingAudits``, `listeners of event "change" on Config`, `timers of 30,000 ms`. */
export function holderText(holder: Holder): string {
  switch (holder.container) {
    case 'listeners': {
      const event = holder.event === null ? '' : ` of event "${holder.event}"`;
      return `listeners${event} on ${objectText(holder.on)}`;
    }
    case 'timers':
      return holder.durationMs === null ? 'timers' : `timers of ${holder.durationMs.toLocaleString('en')} ms`;
    case 'handles':
      return 'handles that Node keeps while they are open';
    case 'engine':
      return holder.name;
    case 'slot':
      return objectText({ ...holder, class: isField(holder.knownBy) ? 'field' : 'variable' });
    case 'chain':
      return objectText({ ...holder, class: chainText(holder.class) });
    default:
      return objectText(holder);
  }
}

/** V8 keeps a text that was put together as a chain of its pieces. */
export function isText({ container }: Holder, piled: string): boolean {
  return container === 'chain' && piled === '(string)';
}

function chainText(name: string): string {
  if (name === '(string)') return 'text';
  return isFunctionClass(name) ? 'chain of closures' : 'linked list';
}

/** ``BoundPool `pool` of Stock``. */
export function objectText({ class: name, knownBy, owner }: NamedObject): string {
  return ofOwner(knownBy === null ? name : `${name} ${nameText(knownBy)}`, owner);
}

/** ``function makeCounter of counter.js``, ``Config `config` ``. */
export function ownerText(owner: Owner): string {
  switch (owner.kind) {
    case 'module':
      return owner.file === null ? 'an ES module' : `module ${owner.file}`;
    case 'function':
      return `function ${owner.name} of ${owner.file}`;
    case 'forgotten-function':
      return owner.inner === null ? `a function of ${owner.file}` : `the scope around ${owner.inner} of ${owner.file}`;
    case 'class':
      return `class ${owner.name}`;
    case 'function-object':
      return `function ${owner.name}`;
    case 'instance':
      return instanceText(owner);
    case 'container':
      return ofOwner(nameText(owner.knownBy), owner.owner);
  }
}

/** ``Hash in `getUser` of module server.js``. */
function instanceText({ class: name, knownBy, within }: Extract<Owner, { readonly kind: 'instance' }>): string {
  const own = knownBy === null ? name : `${name} ${nameText(knownBy)}`;
  return within === undefined ? own : `${own} in ${ownerText(within)}`;
}

function ofOwner(what: string, owner: Owner | null): string {
  return owner === null ? what : `${what} of ${ownerText(owner)}`;
}

function nameText(knownBy: KnownBy): string {
  return `\`${knownBy.how === 'key' ? '<key>' : knownBy.name}\``;
}

function isField(knownBy: KnownBy | null): boolean {
  return knownBy !== null && knownBy.how !== 'variable' && knownBy.how !== 'export';
}
