import type { Clock } from '../model/clock.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import { redactMessage } from '../redact/redact-text.ts';
import type { SoakListener } from './soak-status.ts';

/** A RunEvent before it is stamped. */
type Unstamped<Event> = Event extends RunEvent ? Omit<Event, 'wallMs' | 'monoMs'> : never;
export type NewEvent = Unstamped<RunEvent>;

/** Writes events into the run folder, and reports them to the view. */
export interface RunLog {
  /** `atMonoMs`: when it happened, where that is not now. */
  event(event: NewEvent, atMonoMs?: number): void;
  /** For people only. */
  say(text: string): void;
}

/** `recorder` comes once the target is accepted: what happened before waits for it, and is lost with a refusal. */
export function createRunLog(
  recorder: Promise<RunRecorder>,
  clock: Clock,
  listener: SoakListener,
  onEvent: (event: NewEvent) => void = () => {},
): RunLog {
  let append = (event: RunEvent): void => void early.push(event);
  const early: RunEvent[] = [];
  void recorder.then((opened) => {
    append = (event) => opened.appendEvent(event);
    for (const event of early.splice(0)) append(event);
  });
  return {
    event(event, atMonoMs): void {
      const nowMonoMs = clock.monoMs();
      const monoMs = atMonoMs ?? nowMonoMs;
      onEvent(event);
      const stamped = { ...event, monoMs, wallMs: clock.wallMs() - (nowMonoMs - monoMs) } as RunEvent;
      append(stamped);
      listener.event?.(stamped);
    },
    say: (text) => listener.happened(redactMessage(text)),
  };
}
