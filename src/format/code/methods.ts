/** What methods of containers and emitters do with what they are called on. */
export const ADDING: ReadonlySet<string> = new Set([
  'push',
  'unshift',
  'set',
  'add',
  'append',
  'register',
  'pipe',
  'subscribe',
  'then',
  'catch',
  'finally',
]);
export const LISTENING: ReadonlySet<string> = new Set([
  'on',
  'once',
  'addListener',
  'prependListener',
  'prependOnceListener',
  'addEventListener',
]);
/** Functions of Node, by which a program opens what Node then holds by itself: file watchers, child processes. */
export const OPENING: ReadonlySet<string> = new Set(['watch', 'watchFile', 'spawn', 'exec', 'execFile', 'fork']);
export const REMOVING: ReadonlySet<string> = new Set([
  'delete',
  'clear',
  'pop',
  'shift',
  'off',
  'removeListener',
  'removeAllListeners',
  'removeEventListener',
  'unpipe',
  'unsubscribe',
  'unregister',
  'abort',
  'destroy',
  'close',
  'end',
  'terminate',
  'kill',
  'release',
  'dispose',
  'evict',
  'prune',
  'reset',
]);
export const TIMERS: ReadonlySet<string> = new Set(['setInterval', 'setTimeout', 'setImmediate']);
export const CLEARING: ReadonlySet<string> = new Set(['clearInterval', 'clearTimeout', 'clearImmediate']);
/** Their value is one of the elements. */
export const ELEMENT_OF: ReadonlySet<string> = new Set(['get', 'at', 'find', 'findLast', 'pop', 'shift']);
/** Their value has the same elements. */
export const SAME_ELEMENTS: ReadonlySet<string> = new Set([
  'values',
  'entries',
  'filter',
  'slice',
  'concat',
  'reverse',
  'sort',
  'toSorted',
  'toReversed',
]);
/** They call their first argument with an element. */
export const EACH_ELEMENT: ReadonlySet<string> = new Set([
  'forEach',
  'map',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'flatMap',
]);
/** Of Promise: they listen to each of a list. */
export const WAITING: ReadonlySet<string> = new Set(['race', 'all', 'any', 'allSettled']);
export const CONTAINERS: ReadonlySet<string> = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Array',
  'Object',
  'EventEmitter',
  'EventTarget',
  'AbortController',
  'FinalizationRegistry',
  'Promise',
]);
