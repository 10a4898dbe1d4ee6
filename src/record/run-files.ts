import { join } from 'node:path';
import type { RunManifest } from '../model/run-manifest.ts';

export const MANIFEST = 'run.json';
export const JOURNALS = {
  samples: 'samples.ndjson',
  requests: 'requests.ndjson',
  events: 'events.ndjson',
  scrapes: 'scrapes.ndjson',
} as const;
export type JournalName = keyof typeof JOURNALS;
export const FOLDERS = ['cpu', 'heap', 'sources', 'database', 'clinic'] as const;

export type ArtefactKind =
  | 'cpu'
  | 'heap-snapshot'
  | 'heap-profile'
  | 'source-map'
  | 'code'
  | 'database'
  | 'clinic-window';

const PLACE: Readonly<Record<ArtefactKind, { readonly folder: (typeof FOLDERS)[number]; readonly extension: string }>> =
  {
    cpu: { folder: 'cpu', extension: '.cpuprofile' },
    'heap-snapshot': { folder: 'heap', extension: '.heapsnapshot' },
    'heap-profile': { folder: 'heap', extension: '.heapprofile' },
    'source-map': { folder: 'sources', extension: '.map' },
    code: { folder: 'sources', extension: '.json' },
    database: { folder: 'database', extension: '.json' },
    'clinic-window': { folder: 'clinic', extension: '.json' },
  };

export interface RunFile {
  /** As in run.json and in events: `heap/3.heapsnapshot`. */
  readonly file: string;
  readonly path: string;
}

/** Where an artefact of a run belongs. `name` without extension: `3`, `steady-07`. */
export function runFile(dir: string, kind: ArtefactKind, name: string | number): RunFile {
  const { folder, extension } = PLACE[kind];
  // Names of source maps come from the target's files: nothing in them may lead out of the folder.
  const safe =
    String(name)
      .replace(/[^\w-]+/g, '_')
      .slice(0, 100) || '_';
  const file = `${folder}/${safe}${extension}`;
  return { file, path: join(dir, file) };
}

/** The kind of an artefact by its path within the run folder; null for what is none, and for `.part` files. */
export function artefactKind(file: string): ArtefactKind | null {
  const kinds = Object.entries(PLACE) as [ArtefactKind, (typeof PLACE)[ArtefactKind]][];
  return (
    kinds.find(([, { folder, extension }]) => file.startsWith(`${folder}/`) && file.endsWith(extension))?.[0] ?? null
  );
}

/** Whether the recorder gives such names while it writes, before run.json can name the file. */
export function isPlannedName(file: string): boolean {
  return /^(?:cpu\/\d+\.cpuprofile|heap\/(?:(?:worker-\d+-)?\d+\.heapsnapshot|(?:\d+|burst)\.heapprofile)|(?:database\/(?:server|queries-\d+)|clinic\/\d+)\.json)$/.test(
    file,
  );
}

/** All artefacts that run.json names, by their path within the run folder. */
export function artefactsOf(manifest: RunManifest): string[] {
  const {
    snapshots,
    workerSnapshots = [],
    cpuWindows,
    heapProfiles,
    allocationBurst,
    clinicWindow,
    scripts,
    code,
    seal,
  } = manifest;
  const files = [
    ...[
      ...snapshots,
      ...workerSnapshots,
      ...cpuWindows,
      ...heapProfiles,
      ...(allocationBurst ? [allocationBurst] : []),
      ...(clinicWindow ? [clinicWindow] : []),
      ...(code ? [code] : []),
    ].map(({ file }) => file),
    ...scripts.flatMap(({ mapFile }) => (mapFile === null ? [] : [`${PLACE['source-map'].folder}/${mapFile}`])),
    ...Object.keys(seal?.files ?? {}),
  ];
  return files.filter((file) => artefactKind(file) !== null);
}
