import type { InspectorSession } from '../target/session.ts';
import { callInTarget } from '../target/target-registry.ts';
import type { Translated } from './code-reader.ts';
import { findLoadedMap } from './in-target/find-loaded-map.ts';

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
  const wanted = new Set(urls.filter((url) => /\.(?:[cm]?tsx?|jsx)$/.test(url)).slice(0, MOST_SCRIPTS));
  const found = new Map<string, Translated>();
  if (wanted.size === 0) return found;
  const ids = new Map<string, string>();
  const off = session.on<{ readonly scriptId: string; readonly url: string }>('Debugger.scriptParsed', (script) => {
    if (wanted.has(script.url)) ids.set(script.url, script.scriptId);
  });
  const call = <Result>(method: string, params: object = {}): Promise<Result> =>
    session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  try {
    await call('Debugger.enable');
    for (const [url, scriptId] of ids) {
      const { scriptSource: text } = await call<{ readonly scriptSource: string }>('Debugger.getScriptSource', {
        scriptId,
      });
      if (text.length > LONGEST_CHARS) continue;
      const map = await session.evaluate<unknown>(callInTarget(findLoadedMap, url)).catch(() => null);
      found.set(url, { text, map: typeof map === 'string' ? map : null });
    }
  } catch {
    // A blocked or broken target: what was told until then is enough.
  } finally {
    off();
    await call('Debugger.disable').catch(() => {});
  }
  return found;
}
