import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Options } from 'yargs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { readManifest } from '../record/read-manifest.ts';
import { type Arguments, textArgument } from './arguments.ts';
import type { Config } from './load-config.ts';
import { textOption } from './option-types.ts';

/** `{path}` is the file as a whole. */
const KNOWN: Readonly<Record<string, string>> = {
  vscode: 'vscode://file{path}:{line}:{column}',
  cursor: 'cursor://file{path}:{line}:{column}',
  zed: 'zed://file{path}:{line}:{column}',
  webstorm: 'webstorm://open?file={path}&line={line}&column={column}',
};

/** A URL that a browser runs or shows itself is not an editor. */
const NO_EDITOR = /^(?:javascript|data|vbscript|blob|about|https?|file):/i;

export const EDITOR_OPTION: Options = textOption(
  'editor',
  `link lines of the report to an editor: ${Object.keys(KNOWN).join(', ')}, or an address with {path}, {line} and {column}`,
);

/**
 * The address of a line in the editor that is wanted; null if none is. Throws a ProfilerError (exit 2) for what is no
 * address.
 */
export function editorTemplate(args: Arguments, config: Config | null): string | null {
  const wanted = textArgument(args, 'editor') ?? config?.editor ?? null;
  if (wanted === null) return null;
  const template = KNOWN[wanted] ?? wanted;
  if (/^[a-z][a-z\d+.-]*:/i.test(template) && template.includes('{path}') && !NO_EDITOR.test(template)) return template;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--editor ${wanted} is not an editor.`,
    `Give one of ${Object.keys(KNOWN).join(', ')}, or an address such as vscode://file{path}:{line}:{column}`,
  );
}

/**
 * The same with the folder of the service, from which the report names its files: `{file}` is left. Null if the service was
 * not started on this machine, or its folder is gone.
 */
export async function editorLinks(template: string | null, runDir: string): Promise<string | null> {
  if (template === null) return null;
  const { cwd } = (await readManifest(runDir)).target;
  const root = packageFolder(cwd);
  return root === null ? null : template.replaceAll('{path}', () => `${pathToFileURL(root).pathname}/{file}`);
}

function packageFolder(folder: string): string | null {
  if (folder === '' || !existsSync(folder)) return null;
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? null : packageFolder(parent);
}
