import { dirname, resolve } from 'node:path';
import { scaleCpuInterval } from '../capture/choose-intervals.ts';
import { createHostClock } from '../capture/host-clock.ts';
import { buildFlame } from '../cpu/build-flame.ts';
import { summariseTree } from '../cpu/summarise-tree.ts';
import { refuseWithoutRoom } from '../files/free-space.ts';
import { runId } from '../format/run-id.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { formatDuration } from '../model/units.ts';
import { renderCpuTerminal } from '../report/render-cpu-terminal.ts';
import { recordClinic } from '../session/record-clinic.ts';
import { type RecordCpuOptions, recordCpu } from '../session/record-cpu.ts';
import { describeThread } from '../target/one-thread.ts';
import { flagArgument, numberArgument, terminalFor, textArgument } from './arguments.ts';
import { ADDON_PATH_OPTION, addonArgument, backendOption } from './backend-options.ts';
import { clinicEntries, refuseClinicOutput, writeClinicRecording } from './clinic-output.ts';
import type { Command } from './command.ts';
import { flamePage } from './flame-page.ts';
import { durationOption, maxPauseOption, numberOption, textOption } from './option-types.ts';
import { refuseToOverwrite, writeOutputs } from './output-file.ts';
import { ATTACH_OPTIONS, capturedName, refuseWithThread, TARGET_OPTIONS, THREAD_OPTION } from './target-options.ts';
import { withAttachment } from './with-attachment.ts';

const DEFAULT_SECONDS = 30;
/** V8 keeps every sample in the target until the window ends. */
const MOST_SECONDS = 600;
const MOST_CLINIC_SECONDS = 120;
const SHOWN_FUNCTIONS = 15;
/** Some 30,000 samples and a tree of some thousand nodes, drawn as a page too. */
const ROOM_BYTES = 4 * 1024 * 1024;

/** One CPU profile of a running service, as .cpuprofile and as flame graph. */
export const cpuCommand: Command = (exit) => ({
  command: 'cpu',
  describe: 'record one CPU profile of a running service, with its flame graph',
  builder: (yargs) =>
    yargs
      .options(TARGET_OPTIONS)
      .options(THREAD_OPTION)
      .options(ATTACH_OPTIONS)
      .options({
        seconds: numberOption('seconds', `length (default: ${DEFAULT_SECONDS}, at most ${MOST_SECONDS})`, { min: 0.1 }),
        interval: durationOption(
          'interval',
          'time between samples (default: by the length, 5 to 20 ms; 1ms sees more and costs more)',
          '1ms',
        ),
        clinic: {
          type: 'boolean',
          default: false,
          describe: 'also record what Clinic reads: folders for clinic doctor, flame and heapprofiler (at most 120 s)',
        },
        'max-pause': maxPauseOption('refuse if the service would be paused for longer at the start'),
        'cpu-backend': backendOption('cpu-backend', 'what records it', 'v8-profiler-next'),
        'addon-path': ADDON_PATH_OPTION,
        out: textOption('out', '.cpuprofile file to write; the flame graph is written beside it as .html'),
        force: { type: 'boolean', default: false, describe: 'replace existing files' },
      })
      .example('$0 cpu --port 3000 --seconds 30', 'what the service does now')
      .example('$0 cpu --seconds 10 --out busy.cpuprofile -- node server.js', 'start the service first')
      .example('$0 cpu --port 3000 --thread 1', 'a worker thread of the service')
      .example('$0 cpu --port 3000 --seconds 60 --clinic', 'for clinic doctor --visualize-only'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const isClinic = flagArgument(args, 'clinic');
    if (isClinic) refuseWithThread(args, '--clinic', 'Clinic reads the whole process');
    const durationMs = settleSeconds(numberArgument(args, 'seconds') ?? DEFAULT_SECONDS, isClinic) * 1000;
    const intervalMs = numberArgument(args, 'interval');
    const clock = createHostClock();
    const startWallMs = clock.wallMs();
    const out = textArgument(args, 'out');
    const force = flagArgument(args, 'force');
    if (out !== null) for (const file of filesOf(out)) refuseToOverwrite(file, force);
    refuseWithoutRoom(resolve(out ?? '.'), ROOM_BYTES, 'the profile with its flame graph');

    const { facts, thread, recording, clinic, stopped } = await withAttachment(args, terminal, {
      command: 'cpu',
      stopWords: 'stopping: the profile is written from what was recorded (Ctrl-C again to give up)',
      output: resolve(out ?? 'profile.cpuprofile'),
      action: async (attachment, stop) => {
        terminal.say(`profiling ${capturedName(attachment)} for ${formatDuration(durationMs)}`);
        const options: RecordCpuOptions = {
          durationMs,
          intervalUs: intervalMs === null ? scaleCpuInterval(durationMs, durationMs) : Math.round(intervalMs * 1000),
          maxPauseMs: numberArgument(args, 'max-pause'),
          name: runId(startWallMs, attachment.facts.name),
          addon: addonArgument(args, 'cpu-backend'),
          clock,
          stop,
          isLast: true,
          note: terminal.say,
        };
        const { facts, thread } = attachment;
        if (!isClinic)
          return {
            facts,
            thread,
            recording: await recordCpu(attachment, options),
            clinic: null,
            stopped: stop.aborted,
          };
        if (out !== null)
          for (const entry of clinicEntries(facts, dirname(resolve(out)))) refuseClinicOutput(entry, force);
        const clinic = await recordClinic(attachment, options);
        return { facts, thread, recording: clinic.cpu, clinic, stopped: stop.aborted };
      },
    });

    const { tree, placeOf, startPauseMs } = recording;
    const [profile, page] = filesOf(out ?? `${runId(startWallMs, facts.name)}.cpuprofile`);
    const title = `CPU of ${facts.name}${thread ? `, ${describeThread(thread)}` : ''}, ${formatDuration(recording.durationMs)}`;
    const summary = summariseTree(tree, placeOf, SHOWN_FUNCTIONS);
    const flame = await flamePage(title, `${summary.samples} samples`, buildFlame(tree, placeOf));
    const files = [
      { path: profile, content: JSON.stringify(recording.profile) },
      { path: page, content: flame },
    ];
    const [profileFile = profile, pageFile = page] = await writeOutputs(files, {
      whenTaken: force ? 'replace' : 'beside',
      say: terminal.say,
    });
    const clinicFiles = clinic ? await writeClinicRecording(facts, clinic, { dir: dirname(profileFile), force }) : null;
    if (terminal.json) {
      const { pid, name, nodeVersion } = facts;
      const target = { pid, name, node: nodeVersion, ...(thread && { thread: thread.id }) };
      const places = { profile: profileFile, flame: pageFile, ...(clinicFiles && { clinic: clinicFiles }) };
      terminal.data({ target, durationMs: recording.durationMs, startPauseMs, ...places, ...summary });
    } else {
      terminal.show(renderCpuTerminal({ title, ...summary }, { colour: terminal.colour, width: terminal.columns }));
      terminal.print(`\nflame graph: ${pageFile}\nprofile:     ${profileFile}`);
      for (const file of clinicFiles ?? []) terminal.print(`for Clinic:  ${file}`);
    }
    exit(stopped ? EXIT.stoppedByUser : EXIT.passed);
  },
});

function settleSeconds(seconds: number, isClinic: boolean): number {
  if (isClinic && seconds > MOST_CLINIC_SECONDS) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      `--seconds ${seconds} is more than Clinic can analyse: from two minutes on it takes hours, or runs out of memory.`,
      `The maximum with --clinic is ${MOST_CLINIC_SECONDS}.`,
    );
  }
  if (seconds <= MOST_SECONDS) return seconds;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--seconds ${seconds} is too long for one profile: the service keeps all samples in memory until the end.`,
    `The maximum is ${MOST_SECONDS}. For longer, use profiler soak: it profiles in windows.`,
  );
}

function filesOf(out: string): readonly [profile: string, page: string] {
  const profile = resolve(out.endsWith('.cpuprofile') ? out : `${out}.cpuprofile`);
  return [profile, profile.replace(/\.cpuprofile$/, '.html')];
}
