import { METRICS } from '../../src/model/metric-catalogue.ts';
import type { MetricInfo } from '../../src/model/metric-info.ts';

/** docs/run-folder.md, made from the metric catalogue. */
export function runFolderDoc(): string {
  const rows = (Object.entries(METRICS) as [string, MetricInfo][]).map(
    ([name, { unit, kind, better, source, title }]) =>
      `| \`${name}\` | ${title} | ${unit} | ${kind} | ${better} | ${source} |`,
  );
  return `${HEAD}\n${rows.join('\n')}\n`;
}

const HEAD = `# The run folder

\`profiles/<run-id>/\` is all that a soak records, and all that the analysis reads: \`profiler report RUN\` can be run again, on
another machine, by a later version. Folders are 0700 (one that was there keeps its mode) and files 0600, since heap snapshots hold the values of the program.

| file | what |
|---|---|
| \`run.json\` | manifest, schema \`profiler-run/1\`: target (pid, start time, Node version, command line without secrets, \`namedBy\`: the words that name it again), plan, scenario (its file with a checksum, names, methods, paths and load; no value that was sent), clock origin, host; every snapshot with its \`idEpoch\`, every CPU window and heap profile, every script with its source map |
| \`samples.ndjson\` | one line a tick: wall and monotonic milliseconds, segment (life of the process), lateness, values by metric name |
| \`requests.ndjson\` | one line an interval and request name: count, errors, HdrHistograms in microseconds from the intended and from the actual send time, of requests that were served or waited in vain; \`failed\`: the same from the intended time, of answers that were errors; \`traits\`: what the answers were like (bytes, JSON, redirects, connections closed and opened, offers to compress and what came of them), as sums |
| \`events.ndjson\` | phases, captures with what they cost, live heap after each major collection, requests by route at each look at the heap (words of the path stay, what may be a value is \`{id}\`), classes counted where a snapshot was refused, worker threads as they were looked at, restarts, gaps, clock jumps, the end |
| \`scrapes.ndjson\` | with \`--scrape\`: one line a reading of the service's own metrics: how many series it exposed, values by index in the list of series of run.json, or why there are none |
| \`cpu/*.cpuprofile\` | CPU windows, which overlap a little; they open in Chrome DevTools and speedscope |
| \`heap/*.heapsnapshot\` | heap snapshots; object ids compare within one \`idEpoch\` only |
| \`heap/worker-<thread>-<n>.heapsnapshot\` | heap snapshots of worker threads; in run.json as \`workerSnapshots\`, with the number, name and script of the thread |
| \`heap/*.heapprofile\` | V8's sampling heap profile: live objects by allocation stack |
| \`database/queries-<segment>.json\` | queries of \`pg\` as one life of the service made them: statements without values, times, rows, lines, routes, the slow-query log, pools |
| \`database/server.json\` | with \`--database\`: statements, plans and tables as the server knows them; no user, no password |
| \`heap/burst.heapprofile\` | all that was allocated in some seconds at the end of the warm-up, garbage too; in run.json as \`allocationBurst\` |
| \`clinic/1.json\` | with \`--clinic-window\`: schema \`profiler-clinic-window/1\`, statistics of the process every 10 ms and V8's collections in the middle of the run, as clinic doctor wants them; in run.json as \`clinicWindow\`. Nothing is judged by it |
| \`sources/*.map\` | source maps of the scripts seen, without the text of the sources; with that of a minified script the original names of its variables, functions and classes; a map that is malformed, or that would take more memory than a million lines and two million mappings, is left out with a note |
| \`sources/code.json\` | schema \`profiler-code/1\`, written at the end: of each script where values go, which statements add to something or take from it, with up to five lines of source around each (passwords taken out), and the calls of each function while calls were counted; in run.json as \`code\` |

Secrets are taken out of everything but what V8 writes: passwords and tokens in addresses, arguments, headers and messages, by their
names and by the forms of known issuers, become \`[redacted]\`; labels of metrics that say who (addresses of people, ids, keys) become
\`[redacted 1]\`, \`[redacted 2]\` and so on, the same number for the same value within a run. Statements of SQL are kept without their
values. The same holds for reports, exports of a run, the live figures, and all that is printed. A secret that nothing around it gives away, such as a word in a
path, cannot be told from others. Heap snapshots hold the memory of the program as it is: \`profiler heap redact\` makes one to hand on.

Each line of a journal carries a checksum in \`crc\`. A torn or damaged line loses itself alone; the reader goes on and the report
says so. Whatever is written whole (manifest, profiles, snapshots) is written to a \`.part\` file and renamed.

## Is it whole?

\`run.json\` carries a \`checksum\` of its own content (spaces and line ends do not count). When the recording is closed in order, its last
version has a \`seal\`: the number of lines of each journal with a checksum over them and its size, and the size and CRC-32 of each
profile, snapshot and database file, computed while it was written. Readers compare. What was added behind the end of a journal counts
as a change, and little of it is read. A file whose content is not what was written is left out, as a missing one is. Runs of earlier versions have no
CRC-32 of these files: there, a file that was overwritten with as many bytes shows only where it cannot be read.
A run without a seal was not closed: its tool was killed. \`plan.views\` says from which sides the
service was to be seen: \`process\` (by the system) and \`inside\` (by its runtime).

What is missing or was changed is named in the report, and such a run cannot pass ([verdicts.md](verdicts.md#what-a-pass-needs)).
Runs of earlier versions have neither checksum nor seal: they are judged by what can be seen, and the report says so.

## What is replaced, and what is read

A run is recorded into an empty folder, or one that is not there. \`--force\` replaces a folder whose run.json says that it is a
run of this tool, and no other. After all checks that folder gets the name \`DIR.replaced-<start of the new run>\`; it is removed when
the new run has ended and holds data. It stays when the new run recorded nothing, when the disk lost a part of it, and when other
files lie in it. Of the old run only those files are removed that its run.json names.

Soaks of one service that begin in the same second get folders of their own: \`<run-id>\`, \`<run-id>-2\`. Where the service is restarted
for changed files (\`node --watch-path=DIR\`, nodemon by its command line, nodemon.json or package.json, pm2 with \`--watch\`, any program
above it of which the kernel says that it watches), folders inside of what is watched are refused (exit code 2): name \`--out\` and
\`--report-dir\` elsewhere. \`cpu\` and \`heap snapshot\` refuse such a file too. Plain \`node --watch\` looks at imported files only.

A run that is being recorded is locked: a second soak, \`--force\` or not, and \`import --into\` end with exit code 2 and name the process that
records. The lock is gone with that process, however it ended. It reaches as far as one network namespace: two containers that share
a disk do not see each other's.

A report folder has one writer: while a soak or \`profiler report\` is at work, another that names the same folder ends with exit code 2
at once and names that process.

The files of an earlier report are replaced, as are a JUnit file of \`check\` and a comment of \`baseline compare\` that hold nothing else; files of somebody else with the same names are not (exit code 2). Every other result
(\`flame\`, \`cpu\`, \`heap snapshot\`, \`heap redact\`, \`export\`, \`baseline save\`, \`load --init\`) replaces a regular file with \`--force\`
only, and never a file that it is made from. No result takes the place of a file that a run consists of. A symbolic link, a folder or a device in the place of a result is refused.

Before a soak its disk is looked at. Without room for the journals it is refused (exit code 6); captures that may not fit are told.
During the run samples go first: while the disk takes nothing they wait in memory, up to 32 MB a journal. A heap snapshot whose file
would not fit beside them is not taken, so the service is not paused for it; where that makes enough room, snapshots between the
first and the last are removed before. A run that lost anything to the disk ends with exit code 6 and a report of what there is.

Only regular files in real folders are read: a FIFO, a device or a symbolic link in a run folder is an error (exit code 2) that
names it. What a shell hands over as a pipe (\`/dev/stdin\`, \`<(command)\`) may be a configuration, a scenario, limits or a CPU profile.

## Metrics

Made by \`node scripts/write-run-folder-doc.mjs\` from \`src/model/metric-catalogue.ts\`. A value that could not be read is absent,
never 0. Counters start again with each segment.

| name | what | unit | kind | better | source |
|---|---|---|---|---|---|`;
