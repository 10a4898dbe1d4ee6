import type { AnyNode, BinaryExpression, Function as FunctionNode, MemberExpression, Program } from 'acorn';
import type { CodePath, CodeStatement } from '../../model/script-code.ts';
import { type Binding, childrenOf, placeOfFunction } from '../script-scopes.ts';
import { type Around, type CodeBook, REMAINDER } from './code-book.ts';
import { conditional, literalText, nameOfKey, nameOfMember, stepTo, type Value } from './code-paths.ts';
import { type AssignmentWalker, noteAssignment } from './note-assignment.ts';
import { ageIn, longer, Numbers, sizeBound } from './note-bounds.ts';
import { noteCall, type StatementTraits } from './note-call.ts';
import { type ClassWalker, noteClass } from './note-class.ts';
import { type ModuleWalker, noteExports, noteImports } from './note-module.ts';

export interface NamedFunctions {
  /** What the source calls the function or class at an offset. */
  nameOf(start: number): string | null;
}

/** Follows each value of a script through variables, fields, parameters and results, and notes what adds and removes. */
export class CodeWalker implements AssignmentWalker, ClassWalker, ModuleWalker {
  readonly #text: string;
  readonly book: CodeBook;
  readonly #bindings: ReadonlyMap<number, Binding>;
  readonly #owners = new Map<Binding, number>();
  readonly #names: NamedFunctions;
  #numbers: Numbers | null = null;
  /** Of the loop that was entered last. */
  #inLoopTest: AnyNode | null = null;

  constructor(text: string, book: CodeBook, bindings: ReadonlyMap<number, Binding>, names: NamedFunctions) {
    this.#text = text;
    this.book = book;
    this.#bindings = bindings;
    this.#names = names;
  }

  bindingAt(start: number): Binding | undefined {
    return this.#bindings.get(start);
  }

  sourceNameOf(start: number): string | null {
    return this.#names.nameOf(start);
  }

  isVariableOf(start: number, around: Around): boolean {
    const binding = this.#bindings.get(start);
    return binding !== undefined && around.id >= 0 && this.#owners.get(binding) === around.id;
  }

  numberOf(node: AnyNode | undefined): number | null {
    return this.#numbers?.of(node) ?? null;
  }

  walk(program: Program): void {
    this.#numbers = new Numbers(program, (start) => this.#bindings.get(start));
    const top: Around = { id: -1, self: 'm', state: { hasExit: false }, isConditional: false };
    for (const node of program.body) this.visit(node, top);
  }

  /** Visits an expression; the path of its value, null if it is nothing that can be followed. */
  value(node: AnyNode | null | undefined, around: Around): Value {
    if (!node) return null;
    switch (node.type) {
      case 'Identifier':
        return this.identifier(node, around);
      case 'ThisExpression':
        return around.self;
      case 'Super':
        return around.self;
      case 'MemberExpression':
        return this.member(node, around);
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return this.value(node.expression, around);
      case 'CallExpression':
      case 'NewExpression':
        return noteCall(this, node, around);
      case 'ImportExpression':
        return literalText(node.source) === null ? null : `i${encodeURI(literalText(node.source)!)}`;
      case 'AssignmentExpression':
        return noteAssignment(this, node, around);
      case 'ArrayExpression':
        return this.#array(node, around);
      case 'ObjectExpression':
        return this.#object(node, around);
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.functionValue(node, around, null);
      case 'ClassExpression':
        return noteClass(this, node, around);
      case 'ConditionalExpression': {
        this.value(node.test, around);
        const inside = this.#under(node.test, around);
        return this.book.join([this.value(node.consequent, inside), this.value(node.alternate, inside)]);
      }
      case 'LogicalExpression':
        return this.book.join([this.value(node.left, around), this.value(node.right, this.#under(node.left, around))]);
      case 'SequenceExpression':
        return node.expressions.map((one) => this.value(one, around)).at(-1) ?? null;
      case 'AwaitExpression': {
        const awaited = this.value(node.argument, around);
        if (awaited) this.note('add', 'await', awaited, [], node, node.start, around);
        return awaited;
      }
      case 'BinaryExpression':
        this.#bound(node, around);
        this.value(node.left as AnyNode, around);
        this.value(node.right, around);
        return node.operator === '%' ? this.book.make(REMAINDER) : null;
      case 'UnaryExpression':
        return this.#unary(node, around);
      case 'UpdateExpression': {
        const { argument } = node;
        if (argument.type === 'MemberExpression' && nameOfMember(argument) === 'length')
          this.note('remove', 'length=', this.value(argument.object, around), [], node, node.start, around);
        else this.value(argument, around);
        return null;
      }
      default:
        for (const child of childrenOf(node)) this.visit(child, around);
        return null;
    }
  }

  note(
    act: CodeStatement['act'],
    how: string,
    on: Value,
    values: readonly Value[],
    node: AnyNode,
    at: number,
    around: Around,
    more: StatementTraits = {},
  ): void {
    const known = values.filter((value) => value !== null);
    const afterMs = act === 'remove' ? longer(around.afterMs, around.state.afterMs) : null;
    const statement = { act, how, on, values: known, ...more, ...(afterMs === null ? {} : { afterMs }) };
    this.book.statement(statement, at, node.end, around);
  }

  member(node: MemberExpression, around: Around): Value {
    const on = this.value(node.object, around);
    const name = nameOfMember(node);
    if (name === null && node.computed) this.value(node.property as AnyNode, around);
    if (on === 'gmodule' && name === 'exports') return 'm';
    return stepTo(on, name === null ? '[]' : this.#step(node, name));
  }

  #step(node: MemberExpression, name: string): string {
    if (node.property.type === 'PrivateIdentifier')
      return `.${this.book.privateName(this.#bindings.get(node.property.start), name)}`;
    return name === 'prototype' ? '~' : `.${encodeURIComponent(name)}`;
  }

  identifier(node: { readonly name: string; readonly start: number }, around: Around): Value {
    const binding = this.#bindings.get(node.start);
    if (binding) return this.#variable(binding, around);
    switch (node.name) {
      case 'undefined':
      case 'NaN':
        return null;
      case 'exports':
        return 'm';
      case 'globalThis':
      case 'global':
        return 'g';
      case 'module':
        return 'gmodule';
      default:
        return `g .${node.name}`;
    }
  }

  #variable(binding: Binding, around: Around): CodePath {
    return this.book.variable(binding, this.#owners.get(binding) ?? around.id);
  }

  /** What a pattern of names takes out of a value. */
  pattern(node: AnyNode, from: Value, around: Around): Value {
    switch (node.type) {
      case 'Identifier': {
        const binding = this.#bindings.get(node.start);
        if (!binding) return this.identifier(node, around);
        if (binding.at === node.start && !this.#owners.has(binding)) this.#owners.set(binding, around.id);
        const to = this.#variable(binding, around);
        this.book.flow(to, from);
        return to;
      }
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.pattern(property.argument, null, around);
          else {
            const name = nameOfKey(property.key, property.computed);
            if (name === null) this.value(property.key as AnyNode, around);
            this.pattern(property.value, stepTo(from, name === null ? '[]' : `.${encodeURIComponent(name)}`), around);
          }
        }
        return null;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.pattern(element, stepTo(from, '[]'), around);
        return null;
      case 'RestElement':
        return this.pattern(node.argument, null, around);
      case 'AssignmentPattern': {
        const to = this.pattern(node.left, from, around);
        this.book.flow(to, this.value(node.right, conditional(around)));
        return to;
      }
      default: {
        const to = this.value(node, around);
        this.book.flow(to, from);
        return to;
      }
    }
  }

  visit(node: AnyNode, around: Around): void {
    switch (node.type) {
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          // Declared first: what is made there may use its own name.
          this.pattern(id, null, around);
          this.pattern(id, this.named(init, id, around), around);
        }
        return;
      case 'FunctionDeclaration': {
        const made = this.functionValue(node, around, node.id);
        if (node.id) this.pattern(node.id, made, around);
        return;
      }
      case 'ClassDeclaration': {
        if (node.id) this.pattern(node.id, null, around);
        const made = noteClass(this, node, around);
        if (node.id) this.pattern(node.id, made, around);
        return;
      }
      case 'ReturnStatement': {
        const value = this.value(node.argument, around);
        if (around.id >= 0) this.book.flow(`r${around.id}`, value);
        around.state.hasExit ||= around.isConditional;
        return;
      }
      case 'ThrowStatement':
        this.value(node.argument, around);
        around.state.hasExit ||= around.isConditional;
        return;
      case 'IfStatement':
        this.value(node.test, around);
        // What comes after `if (…) continue` is as old as that asks for.
        if (isExit(node.consequent)) around.state.afterMs = longer(around.state.afterMs, this.#age(node.test));
        this.visit(node.consequent, this.#under(node.test, around));
        if (node.alternate) this.visit(node.alternate, conditional(around));
        return;
      case 'ForOfStatement':
      case 'ForInStatement': {
        const list = this.value(node.right, around);
        const element = node.type === 'ForOfStatement' ? stepTo(list, '[]') : null;
        const inside = conditional(around);
        if (node.left.type === 'VariableDeclaration')
          for (const { id } of node.left.declarations) this.pattern(id, element, inside);
        else this.pattern(node.left, element, inside);
        this.visit(node.body, inside);
        return;
      }
      case 'WhileStatement':
        this.value(node.test, around);
        this.visit(node.body, this.#under(node.test, around));
        return;
      case 'ForStatement':
        // `i < list.length` asks for the end of the list.
        this.#inLoopTest = node.test ?? null;
        for (const child of childrenOf(node)) this.visit(child, conditional(around));
        return;
      case 'DoWhileStatement':
      case 'SwitchCase':
      case 'CatchClause':
        for (const child of childrenOf(node)) this.visit(child, conditional(around));
        return;
      case 'ImportDeclaration':
        noteImports(this, node, around);
        return;
      case 'ExportNamedDeclaration':
        noteExports(this, node, around);
        return;
      case 'ExportAllDeclaration':
        if (!node.exported) this.book.flow('m', `i${encodeURI(String(node.source.value))}`);
        return;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const isNamed = 'id' in declaration && declaration.id;
        if (isNamed) this.visit(declaration as AnyNode, around);
        const value = isNamed ? this.identifier(isNamed, around) : this.value(declaration as AnyNode, around);
        this.book.flow('m .default', value);
        return;
      }
      default:
        if (isExpression(node)) this.value(node, around);
        else for (const child of childrenOf(node)) this.visit(child, around);
    }
  }

  named(init: AnyNode | null | undefined, id: AnyNode, around: Around): Value {
    if (
      init?.type === 'ClassExpression' ||
      init?.type === 'FunctionExpression' ||
      init?.type === 'ArrowFunctionExpression'
    ) {
      const name = id.type === 'Identifier' ? id : null;
      return init.type === 'ClassExpression'
        ? noteClass(this, init, around, name)
        : this.functionValue(init, around, name);
    }
    return this.value(init, around);
  }

  #array(node: Extract<AnyNode, { type: 'ArrayExpression' }>, around: Around): Value {
    const made = this.book.make('Array');
    for (const element of node.elements) {
      if (element?.type === 'SpreadElement')
        this.book.flow(`${made} []`, stepTo(this.value(element.argument, around), '[]'));
      else if (element) this.book.flow(`${made} []`, this.value(element, around));
    }
    return made;
  }

  #object(node: Extract<AnyNode, { type: 'ObjectExpression' }>, around: Around): Value {
    const names = node.properties.flatMap((one) =>
      one.type === 'Property' ? (nameOfKey(one.key, one.computed) ?? []) : [],
    );
    const made = this.book.make(`{${names.slice(0, 20).join(', ')}}`);
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        this.book.flow(`${made} []`, stepTo(this.value(property.argument, around), '[]'));
        continue;
      }
      const name = nameOfKey(property.key, property.computed);
      if (name === null) this.value(property.key as AnyNode, around);
      const { value } = property;
      const isFunction = value.type === 'FunctionExpression';
      const held = isFunction
        ? this.functionValue(value, around, null, made, name, false, this.headsOf(property))
        : this.value(value, around);
      this.book.flow(`${made} ${name === null ? '[]' : `.${encodeURIComponent(name)}`}`, held);
    }
    return made;
  }

  /** `self`: what `this` is in it, where that is known. */
  functionValue(
    node: FunctionNode,
    around: Around,
    named: { readonly name: string; readonly start: number } | null | undefined,
    self: CodePath | null = null,
    method: string | null = null,
    isMaker: boolean = false,
    heads: readonly number[] = [],
  ): CodePath {
    const at = placeOfFunction(this.#text, node);
    const written = node.id?.name ?? named?.name ?? method ?? '';
    const id = this.book.function(this.#names.nameOf(at) ?? written, [node.start, ...heads], at, node.end, around.id);
    const isArrow = node.type === 'ArrowFunctionExpression';
    const inside: Around = {
      id,
      self: isArrow ? around.self : (self ?? `f${id} ~`),
      state: { hasExit: false },
      isConditional: false,
      isMaker,
      afterMs: around.afterMs ?? null,
    };
    if (node.id && node.type === 'FunctionExpression') this.pattern(node.id, `f${id}`, inside);
    const params = node.params.map((param) => {
      const value = this.book.value();
      this.pattern(param, value, inside);
      return value;
    });
    (this.book.functions[id]!.params as CodePath[]).push(...params);
    if (node.body.type === 'BlockStatement') for (const one of node.body.body) this.visit(one, inside);
    else this.book.flow(`r${id}`, this.value(node.body, inside));
    return `f${id}`;
  }

  /** A method begins with its name, or with what stands before that. */
  headsOf(member: { readonly start: number; readonly key: AnyNode }): number[] {
    const modifier = /^static\s+/.exec(this.#text.slice(member.start, member.start + 40))?.[0].length ?? 0;
    return [member.start, member.start + modifier, member.key.start];
  }

  /** Where a condition holds. */
  #under(test: AnyNode, around: Around): Around {
    return { ...conditional(around), afterMs: longer(around.afterMs, this.#age(test)) };
  }

  #age(test: AnyNode): number | null {
    return this.#numbers && ageIn(test, this.#numbers);
  }

  /** The size of something that can be followed, compared with a number. */
  #bound(node: BinaryExpression, around: Around): void {
    const bound = this.#numbers && sizeBound(node, this.#numbers);
    if (!bound || !['Identifier', 'MemberExpression', 'ThisExpression'].includes(bound.of.type)) return;
    if (bound.items === undefined && node === this.#inLoopTest) return;
    const on = this.value(bound.of, around);
    const items = bound.items === undefined ? {} : { items: bound.items };
    if (on !== null)
      this.book.statement({ act: 'bound', how: 'size', on, values: [], ...items }, node.start, node.end, around);
  }

  #unary(node: Extract<AnyNode, { type: 'UnaryExpression' }>, around: Around): null {
    const { argument } = node;
    if (node.operator !== 'delete' || argument.type !== 'MemberExpression') {
      this.value(argument, around);
      return null;
    }
    const on = this.value(argument.object, around);
    const key = argument.computed ? this.value(argument.property as AnyNode, around) : null;
    this.note('remove', 'delete', on, key === null ? [] : [key], node, node.start, around);
    return null;
  }
}

/** `continue;`, `return;`, also as the only statement of a block. */
function isExit(node: AnyNode): boolean {
  if (node.type === 'BlockStatement') return node.body.length === 1 && isExit(node.body[0]!);
  return node.type === 'ContinueStatement' || node.type === 'ReturnStatement' || node.type === 'BreakStatement';
}

function isExpression(node: AnyNode): boolean {
  return /Expression$|^(?:Identifier|Literal|Super|TemplateLiteral)$/.test(node.type);
}
