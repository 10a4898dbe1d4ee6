import type { HeapLocation } from '../../model/heap-growth.ts';
import type { Holder, KnownBy, NamedObject, Owner } from '../../model/holder.ts';
import type { CodeMap, ProgramPath } from './code-map.ts';
import { pathOf } from './import-paths.ts';

/** How the code gets to what holds the objects, likeliest first; empty if it cannot be told. */
export function holderPaths(code: CodeMap, holder: Holder, location: HeapLocation | null): ProgramPath[] {
  const search = new HolderSearch(code, location);
  switch (holder.container) {
    case 'timers':
    case 'handles':
    case 'engine':
      return [];
    case 'listeners':
      return search.object(holder.on);
    default:
      return search.object(holder);
  }
}

/** The name that the holder itself has; null for an element. */
export function nameOfHolder(holder: Holder): string | null {
  const named = 'on' in holder ? holder.on : 'knownBy' in holder ? holder : null;
  const knownBy = named?.knownBy;
  return !knownBy || knownBy.how === 'key' || knownBy.how === 'symbol' ? null : knownBy.name;
}

class HolderSearch {
  readonly #code: CodeMap;
  readonly #script: number;

  constructor(code: CodeMap, location: HeapLocation | null) {
    this.#code = code;
    const path = location && pathOf(location.scriptUrl);
    this.#script = path === null ? -1 : code.scripts.findIndex(({ url }) => pathOf(url) === path);
  }

  object({ class: name, knownBy, owner }: NamedObject): ProgramPath[] {
    // One for the whole program, whatever leads to it.
    if (name === 'process') return ['g .process', 'package:process', 'package:process .default'];
    const named = this.#named(knownBy, owner);
    return unique(/^[A-Z]\w*$/.test(name) ? [...named, ...this.#instances(name)] : named);
  }

  #named(knownBy: KnownBy | null, owner: Owner | null): ProgramPath[] {
    if (knownBy === null || knownBy.how === 'key' || knownBy.how === 'symbol')
      return this.#owners(owner).map((path) => `${path} []`);
    const { name, how } = knownBy;
    if (how === 'variable' || how === 'export') return this.#variables(name, owner);
    const step = `.${name.startsWith('#') ? name : encodeURIComponent(name)}`;
    // A field of the runtime is read by the property of its name: `controller.signal`.
    const steps = how === 'private-field' ? [step, `.${name.slice(1)}`] : [step];
    const ofOwner = this.#owners(owner).flatMap((path) => steps.map((one) => `${path} ${one}`));
    // `exports.pending` is known as the module's own.
    return owner?.kind === 'module' ? [...ofOwner, ...this.#variables(name, owner)] : ofOwner;
  }

  #owners(owner: Owner | null): ProgramPath[] {
    switch (owner?.kind) {
      case undefined:
        return [];
      case 'module':
        return this.#scriptsOf(owner.file).map((script) => `${script}/m`);
      case 'function':
      case 'forgotten-function':
        return [];
      case 'class':
      case 'function-object':
        return this.#functions(owner.name);
      case 'instance':
        return unique([
          ...this.#instances(owner.class),
          ...(owner.knownBy ? this.#named(owner.knownBy, owner.within ?? null) : []),
          ...(owner.within ? this.#owners(owner.within) : []),
        ]);
      case 'container':
        return this.#named(owner.knownBy, owner.owner);
    }
  }

  #instances(name: string): ProgramPath[] {
    return this.#functions(name).map((path) => `${path} ~`);
  }

  /** Classes and functions of a name, those of the holder's own script first. */
  #functions(name: string): ProgramPath[] {
    return this.#inOrder().flatMap((script) => {
      const { functions, classes } = this.#code.scripts[script]!;
      const isClass = new Set(classes.map(({ id }) => id));
      return functions.flatMap((one, id) =>
        one.name === name ? [`${script}/${isClass.has(id) ? 'c' : 'f'}${id}`] : [],
      );
    });
  }

  #variables(name: string, owner: Owner | null): ProgramPath[] {
    const file = owner && 'file' in owner ? owner.file : null;
    const functionName = owner?.kind === 'function' ? owner.name : null;
    const found = this.#scriptsOf(file).flatMap((script) => {
      const { variables, functions } = this.#code.scripts[script]!;
      return variables.flatMap((variable, id) => {
        if (variable.name !== name) return [];
        const isOfFile = file === null || variable.source === null || baseName(variable.source) === file;
        const isOfFunction =
          functionName === null
            ? variable.of < 0 === (owner?.kind === 'module')
            : functions[variable.of]?.name === functionName;
        return [{ path: `${script}/v${id}`, fit: Number(isOfFile) * 2 + Number(isOfFunction) }];
      });
    });
    const best = Math.max(...found.map(({ fit }) => fit));
    const exported = this.#scriptsOf(file).map((script) => `${script}/m .${name}`);
    return unique([...found.filter(({ fit }) => fit === best).map(({ path }) => path), ...exported]);
  }

  /** The script of the location; else those of that file name, or those that were bundled from it. */
  #scriptsOf(file: string | null): number[] {
    const scripts = this.#inOrder();
    if (file === null) return this.#script >= 0 ? [this.#script] : scripts;
    const named = scripts.filter((script) => {
      const { url, variables } = this.#code.scripts[script]!;
      return (
        baseName(url) === baseName(file) ||
        variables.some(({ source }) => source !== null && baseName(source) === baseName(file))
      );
    });
    if (this.#script >= 0) return named.includes(this.#script) ? [this.#script] : [this.#script, ...named];
    return named;
  }

  #inOrder(): number[] {
    const all = this.#code.scripts.map((_, script) => script);
    const rank = (script: number): number => (script === this.#script ? 0 : this.#code.isOwn(script) ? 1 : 2);
    return all.sort((a, b) => rank(a) - rank(b));
  }
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function unique(paths: readonly ProgramPath[]): ProgramPath[] {
  return [...new Set(paths)];
}
