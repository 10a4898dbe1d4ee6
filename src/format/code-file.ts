import type { ScriptPosition } from '../model/original-names.ts';
import type {
  CodeCall,
  CodeFunction,
  CodeOfRun,
  CodeStatement,
  CodeText,
  CodeVariable,
  ScriptCode,
} from '../model/script-code.ts';
import {
  count,
  fields,
  flag,
  listOf,
  moment,
  nullable,
  number,
  oneOf,
  optional,
  type Read,
  ShapeError,
  text,
} from './shape.ts';

const position = fields<ScriptPosition>({ line0: count, column0: count });
const lines = fields<CodeText>({ excerpt: text, first: count, lines: listOf(text) });

const pair: Read<readonly [string, string]> = (value, path) => {
  const [to, from, ...more] = listOf(text)(value, path);
  if (to === undefined || from === undefined || more.length > 0) throw new ShapeError(path, 'two texts', value);
  return [to, from];
};

const readScript = fields<ScriptCode>({
  url: text,
  functions: listOf(
    fields<CodeFunction>({
      name: text,
      start: position,
      end: position,
      params: listOf(text),
      outer: number,
      runs: optional(count),
    }),
  ),
  classes: listOf(fields<ScriptCode['classes'][number]>({ id: count, name: text })),
  variables: listOf(fields<CodeVariable>({ name: text, of: number, source: nullable(text) })),
  made: listOf(text),
  flows: listOf(pair),
  calls: listOf(
    fields<CodeCall>({
      callee: text,
      args: listOf(text),
      isNew: flag,
      value: text,
      in: number,
      at: position,
      excerpt: nullable(text),
    }),
  ),
  statements: listOf(
    fields<CodeStatement>({
      act: oneOf('add', 'remove', 'bound'),
      how: text,
      on: nullable(text),
      values: listOf(text),
      event: optional(text),
      items: optional(number),
      afterMs: optional(number),
      in: number,
      at: position,
      isAlways: flag,
      text: lines,
    }),
  ),
});

const readAll = fields<CodeOfRun>({
  schema: oneOf('profiler-code/1'),
  scripts: listOf(readScript),
  leftOut: count,
  counted: optional(fields({ startMonoMs: moment, durationMs: number })),
});

/** As it is kept in a run folder. */
export function formatCodeOfRun(code: CodeOfRun): string {
  return JSON.stringify(code);
}

/** Throws if it is not what was written here: a run folder may come from elsewhere. */
export function parseCodeOfRun(json: string): CodeOfRun {
  return readAll(JSON.parse(json), '');
}
