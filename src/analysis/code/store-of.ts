import type { Holder, KnownBy, NamedObject, Owner, PlainContainer } from '../../model/holder.ts';
import type { CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript } from './code-map.ts';
import { listens, startsTimer, waitsFor } from './kind-of-statement.ts';

const CONTAINERS: readonly (readonly [RegExp, PlainContainer, string])[] = [
  [/^Map$/, 'map', 'Map'],
  [/^Set$/, 'set', 'Set'],
  [/^Weak(Map|Set)$/, 'weak-map', 'WeakMap'],
  [/^(Array$|\[)/, 'array', 'Array'],
  [/^(Object$|\{)/, 'object', 'Object'],
];

/** What a statement adds to, by the name that the source has for it. Null if it has none. */
export function storeOf(one: InScript<CodeStatement>, code: CodeMap): Holder | null {
  const { item } = one;
  if (startsTimer(item)) return { container: 'timers', durationMs: item.afterMs ?? null };
  const knownBy = nameOf(one, code);
  if (knownBy === null) return null;
  const made = madeOf(one, code);
  const owner = ownerOf(one, knownBy, code);
  if (listens(item)) {
    const api = item.how === 'addEventListener' ? 'event-target' : 'event-emitter';
    const on: NamedObject = { class: made ?? (api === 'event-target' ? 'EventTarget' : 'emitter'), knownBy, owner };
    return { container: 'listeners', event: item.event ?? null, api, on };
  }
  if (waitsFor(item)) return { container: 'promise', class: 'Promise', knownBy, owner };
  const known = CONTAINERS.find(([pattern]) => made !== null && pattern.test(made));
  const [, container, name] = known ?? [null, 'unknown' as const, made ?? 'object'];
  return { container, class: name, knownBy, owner };
}

function nameOf({ script, item }: InScript<CodeStatement>, code: CodeMap): KnownBy | null {
  const steps = item.on?.split(' ') ?? [];
  const last = steps.findLast((step) => step !== '[]' && step !== '~') ?? '';
  if (/^v\d+$/.test(last)) {
    const name = code.scripts[script]?.variables[Number(last.slice(1))]?.name ?? '';
    return name === '' ? null : { how: 'variable', name };
  }
  if (last.startsWith('.#')) return { how: 'private-field', name: last.slice(1) };
  return last.startsWith('.') ? { how: 'property', name: decodeURIComponent(last.slice(1)) } : null;
}

/** `Map`, `Array`, `EventEmitter`, the name of a class of the program. */
function madeOf({ script, item }: InScript<CodeStatement>, code: CodeMap): string | null {
  const path = item.on === null ? null : code.path(script, item.on);
  if (path === null) return null;
  for (const origin of code.origins(path).keys()) {
    const made = code.madeAt(origin) ?? classAt(origin, code);
    if (made !== null && made !== '') return made;
  }
  return null;
}

function classAt(origin: string, code: CodeMap): string | null {
  if (!origin.endsWith(' ~')) return null;
  const path = origin.slice(0, -2);
  return code.functionAt(path)?.item.name ?? / \.(\w+)$/.exec(path)?.[1] ?? null;
}

/** The module of a variable; of a field, the class around the statement. */
function ownerOf({ script, item }: InScript<CodeStatement>, { how }: KnownBy, code: CodeMap): Owner {
  const { url = '', functions = [], classes = [] } = code.scripts[script] ?? {};
  for (let at = how === 'variable' ? -1 : item.in; at >= 0; ) {
    const around = classes.find(({ id }) => id === at);
    if (around && around.name !== '') return { kind: 'instance', class: around.name, knownBy: null };
    const outer = functions[at]?.outer ?? -1;
    at = outer < at ? outer : -1;
  }
  return { kind: 'module', file: url.split('/').at(-1) ?? null };
}
