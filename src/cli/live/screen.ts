import process from 'node:process';
import type { Line, Style } from '../../live/line.ts';
import type { ScreenSize } from '../../live/screen-size.ts';
import { printable } from '../../model/printable.ts';
import { redactMessage } from '../../redact/redact-text.ts';
import { writeControl } from '../output.ts';

const ESC = '\u001b[';
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}2J`;
const LEAVE = `${ESC}0m${ESC}?25h${ESC}?1049l`;
const SGR: Readonly<Record<Style, string>> = {
  plain: '',
  bold: `${ESC}1m`,
  dim: `${ESC}2m`,
  good: `${ESC}32m`,
  warn: `${ESC}33m`,
  bad: `${ESC}1;31m`,
  series: `${ESC}36m`,
};
/** Size used if the terminal does not report its own. */
const USUAL = { columns: 80, rows: 24 };

export interface ScreenOptions {
  readonly colour: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** One key, as the terminal sends it. */
  readonly onKey: (key: string) => void;
  /** The size changed: to be drawn again. */
  readonly onResize: () => void;
}

/**
 * The alternate screen of the terminal behind stderr, with single keys from stdin. Only lines that changed are written.
 * However the process ends, short of SIGKILL, the terminal is as it was before.
 */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #restore = (): void => this.close();
  // Keys that are pressed fast, or while this process was busy, come together. A sequence of one key begins with escape.
  readonly #onData = (data: Buffer | string): void => {
    const text = data.toString();
    for (const key of text.startsWith('\u001b') ? [text] : text) this.#options.onKey(key);
  };
  readonly #onResize = (): void => {
    this.#drawn = [];
    writeControl(`${ESC}2J`);
    this.#options.onResize();
  };
  readonly #hasKeys: boolean;
  #drawn: readonly string[] = [];
  #isOpen = true;

  constructor(options: ScreenOptions) {
    this.#options = options;
    // Before the error is printed: on the alternate screen it would be lost.
    process.prependListener('uncaughtException', this.#restore);
    process.prependListener('unhandledRejection', this.#restore);
    process.once('exit', this.#restore);
    process.stderr.on('resize', this.#onResize);
    writeControl(ENTER);
    this.#hasKeys = process.stdin.isTTY === true;
    if (!this.#hasKeys) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onData);
    process.stdin.resume();
  }

  get size(): ScreenSize {
    // A terminal without a window, as that of a serial line or of `script`, says that it has none.
    const columns = process.stderr.columns || USUAL.columns;
    const rows = process.stderr.rows || USUAL.rows;
    const { LC_ALL, LC_CTYPE, LANG } = this.#options.env;
    return { columns, rows, isUnicode: /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '') };
  }

  draw(lines: readonly Line[]): void {
    if (!this.#isOpen) return;
    const texts = lines.map((line) => this.#toText(line));
    const changed = texts.flatMap((text, row) =>
      text === this.#drawn[row] ? [] : [`${ESC}${row + 1};1H${text}${ESC}0m${ESC}K`],
    );
    this.#drawn = texts;
    if (changed.length > 0) writeControl(changed.join(''));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#restore);
    process.off('uncaughtException', this.#restore);
    process.off('unhandledRejection', this.#restore);
    process.stderr.off('resize', this.#onResize);
    if (this.#hasKeys) {
      process.stdin.off('data', this.#onData);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
    writeControl(LEAVE);
  }

  /** It contains names from the service: control characters are escaped, secrets are left out. */
  #toText(line: Line): string {
    return line
      .map(({ text, style }) => {
        const shown = printable(redactMessage(text));
        const code = this.#options.colour ? SGR[style] : '';
        return code === '' ? shown : `${code}${shown}${ESC}0m`;
      })
      .join('');
  }
}
