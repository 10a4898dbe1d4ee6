import type { Gate, Report } from './report.ts';

/** A message about a run, for people who do not watch it: the body that a webhook or a command gets. */
export interface Notice {
  readonly event: 'suspect-confirmed' | 'gate-failed' | 'target-lost' | 'done';
  /** One line. Chat services show it: Slack, Mattermost and others read `text`. */
  readonly text: string;
  readonly service: string;
  readonly runId: string;
  readonly finding?: {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    /** `src/audit/queue.ts:41:17`; null where it is not known. */
    readonly place: string | null;
  };
  readonly gates?: readonly Pick<Gate, 'name' | 'limit' | 'measured' | 'unit'>[];
  readonly verdict?: Report['verdict'];
  readonly exitCode?: number;
  /** Path of the page on the machine of the soak. */
  readonly report?: string;
}
