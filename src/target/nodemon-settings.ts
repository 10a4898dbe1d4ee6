import { readRegularFileSync } from '../files/regular-file.ts';
import { readEnvironment } from './proc.ts';

/** What nodemon looks at, as one of its sources says it; null if that source says nothing. */
export interface NodemonSettings {
  readonly watch: readonly string[] | null;
  readonly ignore: readonly string[] | null;
  /** Endings of files. */
  readonly ext: string | null;
}

const NOTHING: NodemonSettings = { watch: null, ignore: null, ext: null };
const MAX_BYTES = 1024 * 1024;

/**
 * What the files say by which this nodemon was set up: `--config`, else nodemon.json of its folder, else `nodemonConfig` of
 * the package.json there; then what only the nodemon.json of the home folder says.
 */
export function readNodemonFiles(pid: number, configFile: string | null): NodemonSettings {
  const inRoot = (path: string): string =>
    path.startsWith('/') ? `/proc/${pid}/root${path}` : `/proc/${pid}/cwd/${path}`;
  const home = readEnvironment(pid)?.get('HOME') ?? '';
  const local =
    settingsOf(readJson(inRoot(configFile ?? 'nodemon.json'))) ??
    (configFile === null ? settingsOf(member(readJson(inRoot('package.json')), 'nodemonConfig')) : null);
  const general = home === '' ? null : settingsOf(readJson(inRoot(`${home}/nodemon.json`)));
  return mergeSettings(local ?? NOTHING, general ?? NOTHING);
}

/** An empty list says nothing, as nodemon has it. */
export function mergeSettings(first: NodemonSettings, second: NodemonSettings): NodemonSettings {
  return {
    watch: first.watch?.length ? first.watch : second.watch,
    ignore: first.ignore?.length ? first.ignore : second.ignore,
    ext: first.ext || second.ext,
  };
}

function settingsOf(value: unknown): NodemonSettings | null {
  if (typeof value !== 'object' || value === null) return null;
  const ext = member(value, 'ext');
  return {
    watch: textsOf(member(value, 'watch')),
    ignore: textsOf(member(value, 'ignore')),
    ext: typeof ext === 'string' ? ext : null,
  };
}

function textsOf(value: unknown): string[] | null {
  const list = Array.isArray(value) ? value : [value];
  const texts = list.filter((one) => typeof one === 'string');
  return texts.length > 0 ? texts : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Null if it is missing or is not JSON: nodemon continues without it, or has ended. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(
      readRegularFileSync(path, { maxBytes: MAX_BYTES })
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return null;
  }
}
