import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createHostClock } from '../../capture/host-clock.ts';
import { makeTemporaryFolder } from '../../files/temporary-folder.ts';
import { runId } from '../../format/run-id.ts';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { formatBytes, formatCount, formatDuration } from '../../model/units.ts';
import { takeOneSnapshot } from '../../session/take-one-snapshot.ts';
import { type Arguments, flagArgument, numberArgument, terminalFor, textArgument } from '../arguments.ts';
import { ADDON_PATH_OPTION, addonArgument, backendOption } from '../backend-options.ts';
import type { Command } from '../command.ts';
import { maxPauseOption, textOption } from '../option-types.ts';
import { writeContent } from '../output.ts';
import { refuseToOverwrite, tellBeside } from '../output-file.ts';
import { isDash, noRoomOnStdout } from '../standard-streams.ts';
import { ATTACH_OPTIONS, capturedName, refuseWithThread, TARGET_OPTIONS, THREAD_OPTION } from '../target-options.ts';
import { withAttachment } from '../with-attachment.ts';

/** One heap snapshot of a running service, unless its estimate forbids it. */
export const snapshotCommand: Command = (exit) => ({
  command: 'snapshot',
  describe: 'take one guarded heap snapshot of a running service',
  builder: (yargs) =>
    yargs
      .options(TARGET_OPTIONS)
      .options(THREAD_OPTION)
      .options(ATTACH_OPTIONS)
      .options({
        out: textOption('out', 'file to write; -: stdout (default: a name with the time, in this folder)'),
        'heap-backend': backendOption('heap-backend', 'what takes it', 'heapdump'),
        'addon-path': ADDON_PATH_OPTION,
        'max-pause': maxPauseOption('refuse if the service would be paused for longer'),
        force: {
          type: 'boolean',
          default: false,
          describe: 'take it even if the estimate forbids it; replace an existing file',
        },
      })
      .example('$0 heap snapshot --port 3000', 'the pause is estimated first; refused if it is too long')
      .example('$0 heap snapshot --port 3000 --out - | gzip > heap.heapsnapshot.gz', 'leaves no file uncompressed')
      .example('$0 heap snapshot --port 3000 --thread 1', 'the heap of a worker thread, which alone is paused'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const clock = createHostClock();
    const startWallMs = clock.wallMs();
    const force = flagArgument(args, 'force');
    const place = placeOf(args);
    const { out } = place;
    const addon = addonArgument(args, 'heap-backend');
    if (addon) refuseWithThread(args, '--heap-backend heapdump', 'heapdump cannot be loaded into a worker thread');
    if (out !== null) refuseToOverwrite(resolve(out), force);

    const result = await withAttachment(args, terminal, {
      command: 'heap snapshot',
      stopWords: 'stopping when the snapshot is written: V8 cannot stop in the middle (Ctrl-C again to give up)',
      output: resolve(out ?? 'heap.heapsnapshot'),
      action: async (attachment, stop) => {
        if (stop.aborted) return null;
        const path = resolve(out ?? `${runId(startWallMs, attachment.facts.name)}.heapsnapshot`);
        refuseToOverwrite(path, force);
        const taken = await takeOneSnapshot(attachment, {
          path,
          maxPauseMs: numberArgument(args, 'max-pause'),
          force,
          clock,
          addon,
          onEstimate: ({ pauseMs, extraBytes }) =>
            terminal.say(
              `snapshot of ${capturedName(attachment)}: it will be paused for up to ${formatDuration(pauseMs)} and take up to ${formatBytes(extraBytes)} more memory`,
            ),
        });
        const { bytes, nodes, heapUsedBytes, cost } = taken;
        tellBeside(path, taken.path, terminal.say);
        const thread = attachment.thread?.id ?? null;
        return { file: taken.path, bytes, nodes, heapUsedBytes, pauseMs: cost.pauseMs, thread, stopped: stop.aborted };
      },
    }).catch((error: unknown) => {
      place.release();
      throw error;
    });
    // The service is let go of: it does not wait for a slow reader.
    await place.handOver(result?.file ?? null).finally(place.release);

    if (result === null) {
      exit(EXIT.stoppedByUser);
      return;
    }
    const { stopped, thread, ...document } = result;
    const { file, bytes, nodes, heapUsedBytes, pauseMs } = document;
    const paused = thread === null ? 'the service' : `worker thread ${thread}`;
    const facts = `${formatBytes(bytes)}, ${nodes === null ? 'unknown' : formatCount(nodes)} nodes, heap ${formatBytes(heapUsedBytes)}; ${paused} was paused for ${formatDuration(pauseMs)}`;
    if (terminal.json) terminal.data({ ...document, ...(thread !== null && { thread }) });
    else if (place.isStdout) terminal.say(facts);
    else terminal.print(`${file}\n${facts}`);
    exit(stopped ? EXIT.stoppedByUser : EXIT.passed);
  },
});

interface SnapshotPlace {
  /** Null for a name with the time, in the current folder. */
  readonly out: string | null;
  readonly isStdout: boolean;
  /** Sends the file on, where stdout is meant. */
  readonly handOver: (file: string | null) => Promise<void>;
  readonly release: () => void;
}

/** For stdout the snapshot is first written whole: the service must not wait for the reader of a pipe. */
function placeOf(args: Arguments): SnapshotPlace {
  const out = textArgument(args, 'out');
  if (!isDash(out)) return { out, isStdout: false, handOver: async () => {}, release: () => {} };
  if (flagArgument(args, 'json')) throw noRoomOnStdout();
  if (process.stdout.isTTY) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      '--out - writes the snapshot to stdout, and stdout is a terminal.',
      'Pipe it into a file or a program, or name the file.',
    );
  }
  const { dir, remove } = makeTemporaryFolder();
  return {
    out: join(dir, 'heap.heapsnapshot'),
    isStdout: true,
    handOver: async (file) => {
      if (file !== null) await writeContent(createReadStream(file));
    },
    release: remove,
  };
}
