import { formatDuration } from '../model/units.ts';
import type { RunView } from './run-view.ts';

/**
 * The line to type to see whether a fix helped, on the process as it will then be: `profiler verify` of the finding, or,
 * where no finding is named, the same soak again.
 */
export function verifyLine({ run }: RunView, findingId?: string): string {
  const { id, plan, scenario, target, scrape } = run.manifest;
  if (findingId !== undefined)
    return `profiler verify profiles/${id} --finding ${findingId} --name ${quoted(target.name)}`;
  const duration = formatDuration(plan.durationMs).replace(/\s/g, '');
  return [
    `profiler soak --name ${quoted(target.name)} --duration ${duration}`,
    ...(scenario ? [`--scenario ${quoted(scenario.name)} --url ${quoted(scenario.baseUrl)}`] : ['--load none']),
    ...(scrape ? [`--scrape ${quoted(scrape.url)}`] : []),
  ].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
