import type { Container } from '../../model/holder.ts';
import type { CodeStatement } from '../../model/script-code.ts';

const ADDS: Readonly<Partial<Record<Container, RegExp>>> = {
  map: /^(?:set|Object\.\w+|spread)$/,
  'weak-map': /^(?:set|add)$/,
  set: /^(?:add|spread)$/,
  array: /^(?:push|unshift|splice|\[\]=|spread|append)$/,
  object: /^(?:\[\]=|\.=|Object\.\w+|spread|register|set|add|push|append|subscribe|unshift)$/,
  slot: /^(?:=|\?\?=|spread|\.=|\[\]=|push|add|set)$/,
  chain: /^(?:=|\+=|spread|\.=|push|add)$/,
  promise: /^(?:then|catch|finally|await|Promise\.\w+)$/,
  listeners:
    /^(?:on|once|addListener|prependListener|prependOnceListener|addEventListener|pipe|\[\]=|push|Promise\.\w+|await)$/,
  timers: /^(?:setInterval|setTimeout|setImmediate)$/,
  handles: /^open$/,
};

const REMOVES: Readonly<Partial<Record<Container, RegExp>>> = {
  map: /^(?:delete|clear|=|evict|prune|reset|release)$/,
  'weak-map': /^(?:delete|=)$/,
  set: /^(?:delete|clear|=|evict|prune|reset|release)$/,
  array: /^(?:pop|shift|splice|slice|length=|=|clear|\[\]=|reset)$/,
  object: /^(?:delete|\[\]=|=|clear|unregister|pop|shift|prune|evict|reset|release)$/,
  slot: /^(?:=|delete|\[\]=)$/,
  chain: /^(?:=|step|shift|pop|delete|clear)$/,
  promise: /^$/,
  listeners: /^(?:off|removeListener|removeAllListeners|removeEventListener|unpipe|abort|unsubscribe)$/,
  timers: /^(?:clearInterval|clearTimeout|clearImmediate)$/,
  handles: /^(?:close|kill|end|destroy|abort|unwatchFile)$/,
};

/** Whether a statement of this sort can add to, or take from, such a container. */
const SIZED: readonly Container[] = ['map', 'set', 'array', 'object', 'slot', 'chain'];

export function isOfContainer(act: CodeStatement['act'], how: string, container: Container): boolean {
  if (act === 'bound') return SIZED.includes(container);
  const pattern = (act === 'add' ? ADDS : REMOVES)[container];
  return pattern?.test(how) ?? container === 'unknown';
}
