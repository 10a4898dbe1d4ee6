import { ownCommand } from '../files/own-command.ts';
import { printable } from '../model/printable.ts';
import { typedAs } from '../model/typed-as.ts';
import type { Rendered } from '../report/terminal-text.ts';
import { writeControl, writeJson, writeRendered, writeResult, writeWords } from './output.ts';

/** Where words go: results to stdout, everything else to stderr, so that `--json` and pipes stay clean. */
export interface Terminal {
  /** A result, for stdout. */
  print(text: string): void;
  /** A result as a renderer made it, with its colours; the line ends at its end are ours. */
  show(text: Rendered): void;
  /** A result as one JSON document, or one JSON line an event. */
  data(value: unknown): void;
  /** Words for people: progress, warnings, hints. */
  say(text: string): void;
  /** Rewrites the lines drawn by the last call, where stderr is a terminal; else does nothing. */
  redraw(lines: readonly string[]): void;
  /**
   * Words go to `take` until the result is called: then those of meanwhile are written as usual, the latest of them.
   */
  divert(take: (text: string) => void): () => void;
  readonly isInteractive: boolean;
  /** One JSON document, or one JSON line an event, is wanted on stdout and nothing else. */
  readonly json: boolean;
  readonly colour: boolean;
  readonly columns: number;
}

export interface TerminalOptions {
  readonly quiet: boolean;
  readonly noColor: boolean;
  readonly json: boolean;
}

/** How many of the messages of a long run are printed after a live view. */
const MOST_KEPT = 200;
const CLEAR_LINE = '\u001b[2K';

/**
 * Colour follows NO_COLOR, FORCE_COLOR, TERM=dumb, `--no-color`, and whether the stream is a terminal, in this order of
 * words.
 */
export function openTerminal(options: TerminalOptions, env: NodeJS.ProcessEnv = process.env): Terminal {
  const isInteractive = process.stderr.isTTY === true && env.TERM !== 'dumb' && !options.quiet && !options.json;
  const program = ownCommand(env);
  let drawnLines = 0;
  let diverted: { readonly take: (text: string) => void; kept: string[] } | null = null;

  const erase = (): void => {
    if (drawnLines > 0) writeControl(`\u001b[${drawnLines}A\r\u001b[J`);
    drawnLines = 0;
  };

  return {
    isInteractive,
    json: options.json,
    colour: wantsColour(options.noColor, env),
    columns: process.stderr.columns ?? 80,
    print: (text) => {
      erase();
      writeResult(`${text}\n`);
    },
    show: (text) => {
      erase();
      writeRendered(text);
    },
    data: (value) => {
      erase();
      writeJson(value);
    },
    say: (text) => {
      if (options.quiet) return;
      const words = typedAs(text, program);
      if (diverted) {
        diverted.take(words);
        diverted.kept = [...diverted.kept.slice(1 - MOST_KEPT), words];
        return;
      }
      erase();
      writeWords('stderr', `${words}\n`);
    },
    divert: (take) => {
      const own = { take, kept: [] as string[] };
      diverted = own;
      return () => {
        if (diverted !== own) return;
        diverted = null;
        for (const words of own.kept) writeWords('stderr', `${words}\n`);
      };
    },
    redraw: (lines) => {
      if (!isInteractive) return;
      erase();
      for (const line of lines) {
        writeControl(CLEAR_LINE);
        writeWords('stderr', `${printable(line)}\n`);
      }
      drawnLines = lines.length;
    },
  };
}

function wantsColour(noColor: boolean, env: NodeJS.ProcessEnv): boolean {
  if (noColor || (env.NO_COLOR !== undefined && env.NO_COLOR !== '')) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return process.stdout.isTTY === true && env.TERM !== 'dumb';
}
