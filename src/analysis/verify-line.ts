import { formatDuration } from '../model/units.ts';
import type { RunView } from './run-view.ts';

/** The line to type to see whether a fix helped: the same soak again, on the process as it will then be. */
export function verifyLine({ run }: RunView): string {
  const { plan, scenario, target, scrape } = run.manifest;
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
