import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';

/**
 * Why browser tests cannot run here, as `skip` of node:test wants it; false where they can. In continuous integration
 * they must run, so there a missing browser is left to fail.
 */
export const NO_BROWSER: string | false =
  existsSync(EXECUTABLE) || process.env.CI ? false : `no Chromium at ${EXECUTABLE}; set CHROMIUM_BIN`;

/** A browser with a profile of its own that calls nobody. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
