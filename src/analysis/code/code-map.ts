import type { CodeCall, CodeFunction, CodePath, CodeStatement, ScriptCode } from '../../model/script-code.ts';
import { ImportPaths } from './import-paths.ts';

/** A path of the whole program: `3/v12 .items`, the script's number before where it begins. */
export type ProgramPath = string;

export interface InScript<Item> {
  readonly script: number;
  readonly item: Item;
}

/** A path may be reached in many ways. More than this add nothing. */
const MOST_PATHS = 120;
const MOST_FOR_CALLS = 40;
const MOST_CALLS = 80_000;
/** A function that is given this many values is a general helper. */
const MOST_SOURCES = 100;
const DEEPEST = 10;

/** Methods of the language: their name says nothing about whose they are. */
const OF_LANGUAGE =
  /^(?:push|pop|shift|set|get|add|delete|has|clear|on|once|off|emit|then|catch|map|filter|forEach|next|call|apply|bind|toString|join|slice|concat|find|keys|values|entries|end|write|close|send|log|error|json|status|use|handle|listen)$/;

/** The scripts of a run as one program: from where a value may come. */
export class CodeMap {
  readonly scripts: readonly ScriptCode[];
  readonly #imports: ImportPaths;
  readonly #flows = new Map<ProgramPath, Set<ProgramPath>>();
  #known = new Map<ProgramPath, ReadonlyMap<ProgramPath, number>>();
  readonly #calls: InScript<CodeCall>[] = [];
  #calledBy: Map<string, Set<string>> | null = null;
  readonly #callees = new Map<CodeCall, readonly ProgramPath[]>();

  constructor(scripts: readonly ScriptCode[]) {
    this.scripts = scripts;
    this.#imports = new ImportPaths(scripts.map(({ url }) => url));
    for (const [index, script] of scripts.entries()) this.#load(script, index);
    // What a call leads to may show only when another call is followed.
    for (let round = 0; round < 2; round++) this.#followCalls();
  }

  isOwn(script: number): boolean {
    return !(this.scripts[script]?.url.includes('/node_modules/') ?? true);
  }

  /** All that a value of this path may be, with the number of steps to there; itself too. */
  origins(path: ProgramPath): ReadonlyMap<ProgramPath, number> {
    let found = this.#known.get(path);
    if (!found) {
      found = this.#search(path, MOST_PATHS);
      this.#known.set(path, found);
    }
    return found;
  }

  /** Of the whole program; null for an unknown value. */
  path(script: number, path: CodePath): ProgramPath | null {
    const [base = '', ...steps] = path.split(' ');
    const from = this.#base(script, base);
    return from === null ? null : [from, ...steps].join(' ');
  }

  functionAt(path: ProgramPath): InScript<CodeFunction> | null {
    const [, script, id] = /^(\d+)\/[fc](\d+)$/.exec(path) ?? [];
    if (script === undefined) return null;
    const item = this.scripts[Number(script)]?.functions[Number(id)];
    return item ? { script: Number(script), item } : null;
  }

  madeAt(path: ProgramPath): string | null {
    const [, script, id] = /^(\d+)\/a(\d+)$/.exec(path) ?? [];
    return script === undefined ? null : (this.scripts[Number(script)]?.made[Number(id)] ?? null);
  }

  *statements(): Generator<InScript<CodeStatement>> {
    for (const [script, { statements }] of this.scripts.entries())
      for (const item of statements) yield { script, item };
  }

  calls(): readonly InScript<CodeCall>[] {
    return this.#calls;
  }

  /** The functions and classes that a call may lead to. */
  callees(call: CodeCall): readonly ProgramPath[] {
    return this.#callees.get(call) ?? [];
  }

  /** The functions, as `script/number`, that one calls; those of the service only. */
  calledBy(caller: string): ReadonlySet<string> {
    this.#calledBy ??= this.#callsByCaller();
    return this.#calledBy.get(caller) ?? new Set();
  }

  #callsByCaller(): Map<string, Set<string>> {
    const calls = new Map<string, Set<string>>();
    for (const { script, item } of this.#calls) {
      const caller = `${script}/${item.in}`;
      const known = calls.get(caller) ?? new Set();
      for (const callee of this.callees(item)) {
        const makers = callee.includes('/c') ? [...(this.#flows.get(`${callee} .constructor`) ?? [])] : [callee];
        for (const maker of makers) if (this.isOwn(Number(maker.split('/')[0]))) known.add(maker.replace('/f', '/'));
      }
      if (known.size > 0) calls.set(caller, known);
    }
    return calls;
  }

  #base(script: number, base: string): ProgramPath | null {
    if (base === '?' || base === '') return null;
    if (base === 'g' || base === 'gmodule') return base;
    if (!base.startsWith('i')) return `${script}/${base}`;
    const specifier = decodeURI(base.slice(1));
    const target = this.#imports.resolve(specifier, this.scripts[script]?.url ?? '');
    return target === null ? `package:${specifier.replace(/^node:/, '')}` : `${target}/m`;
  }

  #load(script: ScriptCode, index: number): void {
    for (const [to, from] of script.flows) {
      this.#flow(this.path(index, to), this.path(index, from));
      // `Store.prototype = { add() {} }`: what is `this` in the methods is an instance.
      if (to.endsWith(' ~') && /^a\d+$/.test(from)) this.#flow(this.path(index, from), this.path(index, to));
    }
    this.#flow(`${index}/m .default`, `${index}/m`);
    for (const item of script.calls) if (this.#calls.length < MOST_CALLS) this.#calls.push({ script: index, item });
  }

  #flow(to: ProgramPath | null, from: ProgramPath | null): void {
    if (to === null || from === null || to === from) return;
    const known = this.#flows.get(to);
    if (known) {
      if (known.size < MOST_SOURCES) known.add(from);
    } else this.#flows.set(to, new Set([from]));
  }

  #followCalls(): void {
    const methods = this.#methodsByName();
    const found: [call: InScript<CodeCall>, callees: ProgramPath[]][] = [];
    for (const call of this.#calls) {
      const path = this.path(call.script, call.item.callee);
      const origins = path === null ? [] : [...this.#search(path, MOST_FOR_CALLS).keys()];
      const callees = origins.filter((one) => /^\d+\/[fc]\d+$/.test(one));
      found.push([call, callees.length > 0 ? callees : this.#byMethodName(call, methods)]);
    }
    for (const [call, callees] of found) this.#followCall(call, callees);
    this.#known = new Map();
  }

  #followCall({ script, item }: InScript<CodeCall>, callees: readonly ProgramPath[]): void {
    this.#callees.set(item, callees);
    const value = this.path(script, item.value);
    if (item.isNew) this.#flow(value, this.path(script, `${item.callee} ~`));
    for (const callee of callees) {
      const isClass = callee.includes('/c');
      const makers = isClass ? [...(this.#flows.get(`${callee} .constructor`) ?? [])] : [callee];
      for (const maker of makers) {
        const target = this.functionAt(maker);
        for (const [index, param] of (target?.item.params ?? []).entries()) {
          const arg = item.args[index];
          if (target && arg !== undefined) this.#flow(this.path(target.script, param), this.path(script, arg));
        }
      }
      if (!isClass && !item.isNew) this.#flow(value, callee.replace('/f', '/r'));
    }
  }

  #methodsByName(): ReadonlyMap<string, readonly ProgramPath[]> {
    const methods = new Map<string, ProgramPath[]>();
    for (const [to, froms] of this.#flows) {
      const name = / \.([^ ]+)$/.exec(to)?.[1];
      if (name === undefined || OF_LANGUAGE.test(name)) continue;
      const functions = [...froms].filter((from) => /^\d+\/f\d+$/.test(from));
      if (functions.length > 0) methods.set(name, [...new Set([...(methods.get(name) ?? []), ...functions])]);
    }
    return methods;
  }

  /** For an unknown object: a method whose name is rare. */
  #byMethodName(
    { script, item }: InScript<CodeCall>,
    methods: ReadonlyMap<string, readonly ProgramPath[]>,
  ): ProgramPath[] {
    const name = / \.([^ ]+)$/.exec(item.callee)?.[1];
    const named = (name === undefined ? [] : (methods.get(name) ?? [])).filter(
      (path) => this.isOwn(Number(path.split('/')[0])) === this.isOwn(script),
    );
    return named.length <= 2 ? named : [];
  }

  #search(path: ProgramPath, most: number): Map<ProgramPath, number> {
    const found = new Map<ProgramPath, number>([[path, 0]]);
    for (const [at, distance] of found) {
      if (found.size >= most) break;
      const steps = at.split(' ');
      for (let length = steps.length; length > 0; length--) {
        const froms = this.#flows.get(length === steps.length ? at : steps.slice(0, length).join(' '));
        if (!froms) continue;
        const rest = steps.slice(length);
        for (const from of froms) {
          const next = rest.length === 0 ? from : `${from} ${rest.join(' ')}`;
          if (found.size < most && !found.has(next) && next.split(' ').length <= DEEPEST) found.set(next, distance + 1);
        }
      }
    }
    return found;
  }
}
