import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';

/** Packages that answer 503 while the event loop of their program is late. One that is bundled, or of the program itself, is not seen. */
const SHEDDERS = /[/\\]node_modules[/\\]((?:@fastify[/\\])?under-pressure|overload-protection|toobusy(?:-js)?)[/\\]/;

/** The package by which a program sheds load when its event loop is late; null where none has been loaded. */
export async function findLoadShedder(session: InspectorSession): Promise<string | null> {
  const found = await session.evaluate<string | null>(`(() => {
    const shedders = ${SHEDDERS};
    for (const file of Object.keys(require('node:module')._cache ?? {})) {
      const match = shedders.exec(file);
      if (match) return match[1];
    }
    return null;
  })()`);
  return takeIn('Runtime.evaluate', () => (found === null ? null : String(found).replaceAll('\\', '/')));
}
