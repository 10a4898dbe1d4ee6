import type { InspectorSession } from '../target/session.ts';
import { callInTarget } from '../target/target-registry.ts';
import type { Translated } from './code-reader.ts';
import { findLoadedMap } from './in-target/find-loaded-map.ts';
import { scriptPath } from './read-source-map.ts';

const DEADLINE_MS = 10_000;
/** Asked for one by one. */
const MOST_SCRIPTS = 200;
const LONGEST_CHARS = 4 * 1024 * 1024;

/**
 * What V8 runs of scripts that are TypeScript: it was translated while it was loaded and stands in no file. The debugger is
 * on for as long as that takes and pauses nothing. Scripts that are not told in time are left out.
 */
export async function readTranslated(
  session: InspectorSession,
  urls: readonly string[],
): Promise<ReadonlyMap<string, Translated>> {
  // V8 reports the same script by path or by URL.
  const paths = urls.filter((url) => /\.(?:[cm]?tsx?|jsx)$/.test(url)).map(scriptPath);
  const wanted = new Set(paths.slice(0, MOST_SCRIPTS));
  const found = new Map<string, Translated>();
  if (wanted.size === 0) return found;
  const ids = new Map<string, { readonly scriptId: string; readonly url: string }>();
  const off = session.on<{ readonly scriptId: string; readonly url: string }>('Debugger.scriptParsed', (script) => {
    const path = scriptPath(script.url);
    if (path !== null && wanted.has(path)) ids.set(path, script);
  });
  const call = <Result>(method: string, params: object = {}): Promise<Result> =>
    session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  try {
    // First: a `debugger` statement of the program, of which there is one in a forgotten line, would pause it.
    await call('Debugger.setSkipAllPauses', { skip: true });
    await call('Debugger.enable');
    for (const [path, { scriptId, url }] of ids) {
      const { scriptSource: text } = await call<{ readonly scriptSource: string }>('Debugger.getScriptSource', {
        scriptId,
      });
      if (text.length > LONGEST_CHARS) continue;
      const map = (await loadedMap(session, path)) ?? (await loadedMap(session, url));
      found.set(path, { text, map });
    }
  } catch {
    // A blocked or broken target: what was reported until then is enough.
  } finally {
    off();
    await call('Debugger.disable').catch(() => {});
  }
  return found;
}

/** By the name that the module was loaded by: a path, or a URL. */
async function loadedMap(session: InspectorSession, name: string): Promise<string | null> {
  const map = await session.evaluate<unknown>(callInTarget(findLoadedMap, name)).catch(() => null);
  return typeof map === 'string' ? map : null;
}
