import type { Bottleneck } from '../../model/bottleneck.ts';
import type { Checked, Report } from '../../model/report.ts';
import { formatPlace } from '../place.ts';
import { code } from '../terms.ts';
import { LABEL } from './labels.ts';

/** The questions that a reader asks about a bottleneck, with their answers. Names are between backticks. */
export function bottleneckAnswers({
  source,
  request,
  gain,
  recommendation,
  check,
  package: owner,
}: Bottleneck): readonly { readonly question: string; readonly text: string }[] {
  const where = source
    ? `${code(formatPlace({ ...source, package: owner }))} in ${code(source.function)}`
    : request === null
      ? null
      : `request ${code(request)}`;
  const answers: readonly (readonly [string, string | null])[] = [
    ['Where', where],
    [LABEL.whatToChange, recommendation],
    ['Expected gain', gain],
    ['How to check', check],
  ];
  return answers.flatMap(([question, text]) => (text === null ? [] : [{ question, text }]));
}

/** The page of the documentation that explains a rule. */
export function bottleneckPage(rule: Bottleneck['rule']): string {
  return `docs/bottlenecks/${rule}.md`;
}

/** What was checked without a result, and what could not be checked: `Nothing found: ...`. */
export function quietRules({ bottlenecksChecked = [] }: Report): string[] {
  const listed = (status: Checked['status']): string =>
    bottlenecksChecked
      .filter((one) => one.status === status)
      .map(({ check, detail }) => `${check} (${detail})`)
      .join('; ');
  const [fine, open] = [listed('ok'), listed('insufficient-data')];
  return [...(fine ? [`Checked, nothing found: ${fine}.`] : []), ...(open ? [`Not seen: ${open}.`] : [])];
}
