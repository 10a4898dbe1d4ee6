import { type AnyNode, type Function as FunctionNode, type Program, parse } from 'acorn';

/** A variable, class, function or private name (`#entries`), at the place where it is declared. */
export interface Binding {
  readonly name: string;
  readonly at: number;
  /** Where else it is named. */
  readonly uses: number[];
  /** V8 keeps it in a context: a function inside uses it. */
  isCaptured: boolean;
}

export interface ScriptScope {
  readonly kind: 'module' | 'function' | 'body' | 'block' | 'class';
  readonly parent: ScriptScope | null;
  /** Where its variables are seen. */
  readonly start: number;
  readonly end: number;
  /** Of a function or class: what V8 calls its place. */
  readonly head: ScriptFunction | null;
  readonly bindings: Map<string, Binding>;
}

export interface ScriptFunction {
  readonly isClass: boolean;
  /** Where the code begins, with `function` or the name of a method. */
  readonly start: number;
  /** V8's place of a function is that of its parameters, of a class without a constructor that of the class. */
  readonly at: number;
  readonly body: number;
  /** By which V8 calls it: its own, or that of the variable that it is assigned to; empty for neither. */
  readonly name: string;
  /** The variable that it is named by. */
  readonly nameAt: number;
  readonly params: readonly Binding[];
}

export interface ScriptScopes {
  /** Outer ones before inner ones. */
  readonly scopes: readonly ScriptScope[];
  readonly functions: readonly ScriptFunction[];
  /** By the name that another module knows it by. */
  readonly exported: ReadonlyMap<string, Binding>;
}

/** Throws a SyntaxError where `text` is no JavaScript, a RangeError where it is nested too deep. */
export function readScopes(text: string): ScriptScopes {
  return readScopesOf(text, parseScript(text));
}

/** The same, of a text that was parsed already. */
export function readScopesOf(text: string, program: Program): ScriptScopes {
  return new ScopeReader(text).read(program);
}

/** Throws as `readScopes` does. */
export function parseScript(text: string): Program {
  const options = {
    ecmaVersion: 'latest',
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
  } as const;
  try {
    return parse(text, { ...options, sourceType: 'script' });
  } catch {
    return parse(text, { ...options, sourceType: 'module' });
  }
}

interface Use {
  readonly name: string;
  readonly at: number;
  readonly scope: ScriptScope;
}

type Named = { readonly name: string; readonly at: number } | null;

/** Which variable each name means, as V8 sees it: parameters that are not plain names have a scope of their own. */
class ScopeReader {
  readonly #text: string;
  readonly #scopes: ScriptScope[] = [];
  readonly #functions: ScriptFunction[] = [];
  readonly #uses: Use[] = [];
  readonly #evals: ScriptScope[] = [];
  /** Of each scope the innermost function around it. */
  readonly #functionOf = new Map<ScriptScope, ScriptScope>();
  readonly #exports: [outside: string, inside: string][] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(program: Program): ScriptScopes {
    const module = this.#open('module', null, 0, this.#text.length + 1, null, true);
    this.#visitAll(program.body, module);
    for (const use of this.#uses) this.#resolve(use);
    for (const scope of this.#evals)
      for (let at: ScriptScope | null = scope; at !== null; at = at.parent)
        for (const binding of at.bindings.values()) binding.isCaptured = true;
    const exported = new Map<string, Binding>();
    for (const [outside, inside] of this.#exports) {
      const binding = module.bindings.get(inside);
      if (binding) exported.set(outside, binding);
    }
    return { scopes: this.#scopes, functions: this.#functions, exported };
  }

  #open(
    kind: ScriptScope['kind'],
    parent: ScriptScope | null,
    start: number,
    end: number,
    head: ScriptFunction | null,
    isFunction: boolean,
  ): ScriptScope {
    const scope: ScriptScope = { kind, parent, start, end, head, bindings: new Map() };
    this.#scopes.push(scope);
    this.#functionOf.set(scope, isFunction || parent === null ? scope : this.#functionOf.get(parent)!);
    return scope;
  }

  #resolve({ name, at, scope }: Use): void {
    for (let around: ScriptScope | null = scope; around !== null; around = around.parent) {
      const binding = around.bindings.get(name);
      if (!binding) continue;
      binding.uses.push(at);
      if (this.#functionOf.get(around) !== this.#functionOf.get(scope)) binding.isCaptured = true;
      return;
    }
  }

  #declare(scope: ScriptScope, name: string, at: number): Binding {
    const known = scope.bindings.get(name);
    if (known) {
      known.uses.push(at);
      return known;
    }
    const binding: Binding = { name, at, uses: [], isCaptured: false };
    scope.bindings.set(name, binding);
    return binding;
  }

  /** Where a `var` of this place lives. */
  #varScope(scope: ScriptScope): ScriptScope {
    let at = scope;
    while (at.kind === 'block' || at.kind === 'class') at = at.parent!;
    return at;
  }

  #visitAll(nodes: readonly (AnyNode | null)[], scope: ScriptScope): void {
    for (const node of nodes) if (node) this.#visit(node, scope);
  }

  #visit(node: AnyNode, scope: ScriptScope, named: Named = null): void {
    switch (node.type) {
      case 'Identifier':
      case 'PrivateIdentifier':
        this.#use(node, scope);
        return;
      case 'VariableDeclaration': {
        const home = node.kind === 'var' ? this.#varScope(scope) : scope;
        for (const { id, init } of node.declarations) {
          this.#pattern(id, scope, home);
          if (init) this.#visit(init, scope, id.type === 'Identifier' ? { name: id.name, at: id.start } : null);
        }
        return;
      }
      case 'AssignmentExpression':
      case 'AssignmentPattern': {
        const { left, right } = node;
        this.#visit(left, scope);
        this.#visit(right, scope, left.type === 'Identifier' ? { name: left.name, at: left.start } : null);
        return;
      }
      case 'FunctionDeclaration':
        if (node.id) this.#declare(scope, node.id.name, node.id.start);
        this.#function(node, scope, node.id && { name: node.id.name, at: node.id.start });
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, scope, node.id ? { name: node.id.name, at: node.id.start } : named);
        return;
      case 'ClassDeclaration':
        if (node.id) this.#declare(scope, node.id.name, node.id.start);
        this.#class(node, scope, named);
        return;
      case 'ClassExpression':
        this.#class(node, scope, named);
        return;
      case 'BlockStatement':
        this.#visitAll(node.body, this.#block(node, scope));
        return;
      case 'SwitchStatement': {
        this.#visit(node.discriminant, scope);
        this.#visitAll(node.cases, this.#block(node, scope));
        return;
      }
      case 'ForStatement': {
        const loop = this.#block(node, scope);
        this.#visitAll([node.init ?? null, node.test ?? null, node.update ?? null, node.body], loop);
        return;
      }
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#visitAll([node.left, node.right, node.body], this.#block(node, scope));
        return;
      case 'CatchClause': {
        const block = this.#block(node, scope);
        if (node.param) this.#pattern(node.param, block, block);
        this.#visit(node.body, block);
        return;
      }
      case 'MemberExpression':
        this.#visit(node.object, scope);
        if (node.computed || node.property.type === 'PrivateIdentifier') this.#visit(node.property, scope);
        return;
      case 'Property':
        if (node.computed) this.#visit(node.key, scope);
        this.#visit(node.value, scope);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.#evals.push(scope);
        this.#visit(node.callee, scope);
        this.#visitAll(node.arguments, scope);
        return;
      case 'ExportNamedDeclaration':
        this.#exported(node, scope);
        return;
      case 'ExportDefaultDeclaration':
        if ('id' in node.declaration && node.declaration.id) this.#exports.push(['default', node.declaration.id.name]);
        this.#visit(node.declaration, scope);
        return;
      case 'ImportDeclaration':
        for (const { local } of node.specifiers) this.#declare(scope, local.name, local.start);
        return;
      case 'LabeledStatement':
        this.#visit(node.body, scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
        return;
      default:
        for (const child of childrenOf(node)) this.#visit(child, scope);
    }
  }

  #use(node: { readonly type: string; readonly name: string; readonly start: number }, scope: ScriptScope): void {
    const name = node.type === 'PrivateIdentifier' ? `#${node.name}` : node.name;
    this.#uses.push({ name, at: node.start, scope });
  }

  #exported(node: Extract<AnyNode, { type: 'ExportNamedDeclaration' }>, scope: ScriptScope): void {
    if (node.source) return;
    for (const { local, exported } of node.specifiers)
      if (local.type === 'Identifier' && exported.type === 'Identifier')
        this.#exports.push([exported.name, local.name]);
    if (!node.declaration) return;
    const before = new Set(scope.bindings.keys());
    this.#visit(node.declaration, scope);
    for (const name of scope.bindings.keys()) if (!before.has(name)) this.#exports.push([name, name]);
  }

  /** Declares the names of a pattern in `home`; everything else in it is read in `scope`. */
  #pattern(node: AnyNode, scope: ScriptScope, home: ScriptScope): Binding | null {
    switch (node.type) {
      case 'Identifier':
        return this.#declare(home, node.name, node.start);
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#pattern(property.argument, scope, home);
          else {
            if (property.computed) this.#visit(property.key, scope);
            this.#pattern(property.value, scope, home);
          }
        }
        return null;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.#pattern(element, scope, home);
        return null;
      case 'RestElement':
        this.#pattern(node.argument, scope, home);
        return null;
      case 'AssignmentPattern': {
        const binding = this.#pattern(node.left, scope, home);
        this.#visit(node.right, scope, binding && { name: binding.name, at: binding.at });
        return null;
      }
      default:
        this.#visit(node, scope);
        return null;
    }
  }

  #function(node: FunctionNode, scope: ScriptScope, named: Named): void {
    const at = placeOfFunction(this.#text, node);
    const params: Binding[] = [];
    const head: ScriptFunction = {
      isClass: false,
      start: node.start,
      at,
      body: node.body.start,
      name: named?.name ?? '',
      nameAt: named?.at ?? -1,
      params,
    };
    this.#functions.push(head);
    const own = this.#open('function', scope, at + 1, node.end, head, true);
    for (const param of node.params) {
      const binding = this.#pattern(param, own, own);
      if (binding) params.push(binding);
    }
    if (node.type === 'FunctionExpression' && node.id) this.#declare(own, node.id.name, node.id.start);
    if (node.body.type !== 'BlockStatement') {
      this.#visit(node.body, own);
      return;
    }
    const isSimple = node.params.every(({ type }) => type === 'Identifier');
    const body = isSimple ? own : this.#open('body', own, node.body.start, node.body.end, head, false);
    this.#visitAll(node.body.body, body);
  }

  #class(
    node: Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>,
    scope: ScriptScope,
    named: Named,
  ): void {
    const own = node.id ? { name: node.id.name, at: node.id.start } : named;
    const maker = node.body.body.find((member) => member.type === 'MethodDefinition' && member.kind === 'constructor');
    const makerAt = maker?.type === 'MethodDefinition' ? maker.value : null;
    const head: ScriptFunction = {
      isClass: true,
      start: node.start,
      at: makerAt?.start ?? node.start,
      body: makerAt?.body.start ?? node.body.start,
      name: own?.name ?? '',
      nameAt: own?.at ?? -1,
      params: [],
    };
    this.#functions.push(head);
    const inside = this.#open('class', scope, node.start, node.end, head, false);
    if (node.id) this.#declare(inside, node.id.name, node.id.start);
    for (const member of node.body.body)
      if ('key' in member && member.key.type === 'PrivateIdentifier')
        this.#declare(inside, `#${member.key.name}`, member.key.start);
    if (node.superClass) this.#visit(node.superClass, inside);
    for (const member of node.body.body) {
      if ('computed' in member && member.computed) this.#visit(member.key, inside);
      // Values of fields and static blocks are run in functions of their own.
      if (member.type === 'StaticBlock' || member.type === 'PropertyDefinition') {
        const initialiser = this.#open('function', inside, member.start, member.end, null, true);
        if (member.type === 'StaticBlock') this.#visitAll(member.body, initialiser);
        else if (member.value) this.#visit(member.value, initialiser);
      } else if (member.type === 'MethodDefinition') {
        // The constructor is the class.
        if (member.value === makerAt) this.#constructorOf(member.value, inside, head);
        else this.#function(member.value, inside, null);
      }
    }
  }

  #constructorOf(node: FunctionNode, scope: ScriptScope, head: ScriptFunction): void {
    const length = this.#functions.length;
    const firstScope = this.#scopes.length;
    this.#function(node, scope, null);
    this.#functions.splice(length, 1);
    const own = this.#scopes[firstScope]!;
    this.#scopes[firstScope] = Object.assign(own, { head });
  }

  #block(node: { readonly start: number; readonly end: number }, scope: ScriptScope): ScriptScope {
    return this.#open('block', scope, node.start, node.end, null, false);
  }
}

/** `(` of a function's parameters; an arrow function begins with them. */
export function placeOfFunction(text: string, node: FunctionNode): number {
  if (node.type === 'ArrowFunctionExpression') return node.start;
  const from = node.id?.end ?? node.start;
  const bare = text
    .slice(from, node.params[0]?.start ?? node.body.start)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => ' '.repeat(comment.length));
  const open = bare.indexOf('(');
  return open < 0 ? node.start : from + open;
}

export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield child;
  }
}

/** The node itself, then all below it. */
export function* descendants(node: AnyNode): Generator<AnyNode> {
  yield node;
  for (const child of childrenOf(node)) yield* descendants(child);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
