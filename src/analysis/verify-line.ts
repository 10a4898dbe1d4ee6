import type { ScenarioRecord } from '../model/run-manifest.ts';
import { shellWord } from '../model/shell-word.ts';
import { formatDuration } from '../model/units.ts';
import type { RunView } from './run-view.ts';

/**
 * The line to type to see whether a fix helped, on the process as it will then be: `profiler verify` of the finding, or,
 * where no finding is named, the same soak again.
 */
export function verifyLine({ run }: RunView, findingId?: string): string {
  const { id, plan, scenario, target, scrape } = run.manifest;
  const namedBy = (target.namedBy ?? ['--name', target.name]).map(shellWord).join(' ');
  // All behind `--` is the command that starts the service.
  const withTarget = (...words: readonly string[]): string =>
    (namedBy.startsWith('-- ') ? [...words, namedBy] : [...words.slice(0, 1), namedBy, ...words.slice(1)])
      .filter((word) => word !== '')
      .join(' ');
  if (findingId !== undefined)
    return withTarget(
      `profiler verify ${shellWord(run.folder ?? `profiles/${id}`)} --finding ${findingId}`,
      ...(scenario ? toBeGiven(scenario) : []),
    );
  const duration = formatDuration(plan.durationMs).replace(/\s/g, '');
  return withTarget(
    'profiler soak',
    `--duration ${duration}`,
    scenario ? loadWords(scenario) : '--load none',
    ...(scrape ? [`--scrape ${shellWord(scrape.url)}`] : []),
  );
}

const REDACTED = '[redacted]';

/** What a run does not keep, and the user has to fill in. */
function toBeGiven({ baseUrl, text, source }: ScenarioRecord): string[] {
  return [
    ...(source === undefined && text.includes(REDACTED) ? ['--scenario FILE'] : []),
    ...(baseUrl.includes(REDACTED) ? ['--url URL'] : []),
  ];
}

/** By its file, since a name finds only those that come with the tool. Runs of earlier versions name no file. */
function loadWords({ name, baseUrl, source }: ScenarioRecord): string {
  return `--scenario ${shellWord(source?.file ?? name)} --url ${baseUrl.includes(REDACTED) ? 'URL' : shellWord(baseUrl)}`;
}
