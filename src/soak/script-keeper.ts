import { join } from 'node:path';
import { readCodeOfScripts } from '../capture/code-reader.ts';
import { SourceCollector } from '../capture/source-collector.ts';
import { TargetFiles } from '../capture/target-files.ts';
import { readTranslated } from '../capture/translated-scripts.ts';
import { formatCodeOfRun } from '../format/code-file.ts';
import type { CallCounts } from '../model/call-counts.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface ScriptOptions {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  readonly clock: Clock;
}

/** Source maps of the scripts that were seen, and what these scripts do. */
export class ScriptKeeper {
  readonly #options: ScriptOptions;
  readonly #desk: CaptureDesk;
  readonly #sources: SourceCollector;
  readonly #files = new TargetFiles();

  constructor(options: ScriptOptions, desk: CaptureDesk) {
    this.#options = options;
    this.#desk = desk;
    this.#sources = new SourceCollector({
      pid: () => options.keeper.facts.pid,
      folder: join(options.recorder.dir, 'sources'),
      names: true,
      refuse: options.recorder.refuse,
      onUnusable: (text) => {
        options.log.event({ type: 'note', detail: text });
        options.log.say(text);
      },
    });
  }

  /**
   * Source maps of these scripts, where they have one, each looked for once. One that the disk refuses costs that map only.
   */
  async keep(urls: readonly string[]): Promise<void> {
    try {
      await this.#collect(urls);
    } catch (error) {
      const { recorder, log } = this.#options;
      const { message } = error as Error;
      if (error instanceof ProfilerError && error.exitCode === EXIT.storage) recorder.noteLoss('source maps', message);
      log.event({ type: 'error', detail: `source maps were not kept: ${message}` });
    }
  }

  async #collect(urls: readonly string[]): Promise<void> {
    const { recorder, keeper } = this.#options;
    this.#files.look(keeper.facts.pid);
    const found = await this.#sources.collect(urls);
    // A TypeScript script was translated while it was loaded: its map is in no file.
    const translated = found.filter(({ url }) => /\.[cm]?tsx?$/.test(url));
    const session = keeper.instruments?.attachment.session;
    const scripts =
      session && translated.length > 0
        ? [
            ...found.filter((script) => !translated.includes(script)),
            ...(await this.#sources.addLoadedMaps(translated, session)),
          ]
        : found;
    if (scripts.length > 0)
      await recorder.updateManifest((manifest) => ({ ...manifest, scripts: [...manifest.scripts, ...scripts] }));
  }

  /**
   * What the scripts that were seen do with what they hold: which statements add, and which remove. For the end of a run.
   */
  async keepCode(counts: CallCounts | null): Promise<void> {
    const { recorder, log, keeper, clock } = this.#options;
    const urls = recorder.manifest.scripts.map(({ url }) => url);
    if (urls.length === 0) return;
    try {
      const session = keeper.hasLostInside ? null : (keeper.instruments?.attachment.session ?? null);
      const translated = session ? await readTranslated(session, urls) : new Map();
      const root = this.#files.root(keeper.facts.pid);
      if (root === null) return;
      const code = await readCodeOfScripts({
        urls,
        root,
        translated,
        counts,
        nowMs: () => clock.monoMs(),
      });
      if (code.leftOut > 0)
        log.event({
          type: 'note',
          detail: `scripts not read, because time or memory ran out: ${code.leftOut}; their statements are not known`,
        });
      const file = recorder.fileFor('code', 'code');
      await this.#desk.keepText(file, formatCodeOfRun(code));
      await recorder.updateManifest((manifest) => ({ ...manifest, code: { file: file.file } }));
    } catch (error) {
      log.event({ type: 'error', detail: `the analysis of the scripts was not kept: ${(error as Error).message}` });
    }
  }
}
