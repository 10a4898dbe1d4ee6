import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Notice } from '../model/notice.ts';
import { printable } from '../model/printable.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';

const SCHEMA = 'profiler-notice/1';
/** For one message, a second attempt included. */
const DEADLINE_MS = 10_000;
/** What the end of a run waits for messages that are still under way. */
const SETTLE_MS = 30_000;
/** A service that is lost every minute is reported this many times in one run. */
const MOST_LOSSES = 10;
const ATTEMPTS = 2;

export interface Notifier {
  /** Puts it on its way, behind those before it. Never throws. */
  send(notice: Notice): void;
  /** Waits for what is under way, at most half a minute. */
  settle(): Promise<void>;
}

export interface NotifierOptions {
  /** An http(s) address, or a command for the shell. */
  readonly to: string;
  /** That a message was not delivered, and why. `to` is without what is secret in it. */
  readonly onFailure: (event: string, to: string, why: string) => void;
  readonly deadlineMs?: number;
  readonly settleMs?: number;
}

/**
 * Sends messages about a run: a POST with JSON to an address, or a command that gets the same JSON on stdin. Secrets are taken out of
 * each message. Whatever happens to a message, the run goes on. Throws a ProfilerError (exit 2) for an invalid address.
 */
export function createNotifier({
  to,
  onFailure,
  deadlineMs = DEADLINE_MS,
  settleMs = SETTLE_MS,
}: NotifierOptions): Notifier {
  const { name, deliver } = /^https?:/i.test(to) ? webhook(to) : { name: 'the command', deliver: command(to) };
  const stop = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let losses = 0;
  const sendNow = async (notice: Notice): Promise<void> => {
    const late = AbortSignal.timeout(deadlineMs);
    try {
      stop.signal.throwIfAborted();
      const message = { schema: SCHEMA, ...redacted(notice, shown) };
      await deliver(message, AbortSignal.any([stop.signal, late]));
    } catch (error) {
      const failed = late.aborted ? `no answer within ${deadlineMs / 1000} s` : (error as Error).message;
      const why = stop.signal.aborted ? `it was still waiting ${settleMs / 1000} s after the end of the run` : failed;
      onFailure(notice.event, name, why);
    }
  };
  return {
    send(notice) {
      if (notice.event === 'target-lost') losses += 1;
      if (notice.event === 'target-lost' && losses > MOST_LOSSES) return;
      last = last.then(() => sendNow(notice));
    },
    async settle() {
      const timer = setTimeout(() => stop.abort(), settleMs);
      await last;
      clearTimeout(timer);
    },
  };
}

/** Names of the profiled program go to a terminal, and into an environment, which takes no NUL: one line of plain text. */
function shown(text: string): string {
  return printable(redactMessage(text));
}

type Deliver = (message: { readonly text: string; readonly event: string }, signal: AbortSignal) => Promise<void>;

/** The path of such an address is its password: of the address the host alone is ever told. */
function webhook(text: string): { readonly name: string; readonly deliver: Deliver } {
  if (!URL.canParse(text)) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      '--notify: the address cannot be read.',
      'Give a whole http(s) address, or a command: --notify ./notify.sh',
    );
  }
  const url = new URL(text);
  const { username, password, origin } = url;
  url.username = '';
  url.password = '';
  const user = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const headers = {
    'content-type': 'application/json',
    ...(username === '' && password === '' ? {} : { authorization: `Basic ${user}` }),
  };
  const deliver: Deliver = async (message, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await post(url, headers, JSON.stringify({ ...message, text: quiet(message.text) }), signal);
      if (failure === null) return;
      if (!failure.isPassing || attempt === ATTEMPTS) throw new Error(failure.why);
    }
  };
  return { name: origin, deliver };
}

/** A `%` that is no escape stands for itself, as a URL reads it. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

/** Chat services call everybody for `@channel` and `<!here>`, also where it is the name of a class. */
function quiet(text: string): string {
  return text.replace(/[@<](?=\S)/g, '$&\u200b');
}

/** `isPassing`: it may succeed the next time. */
async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly why: string; readonly isPassing: boolean } | null> {
  try {
    // A redirect would send the message to an address that nobody gave.
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await answer.body?.cancel();
    if (answer.status >= 200 && answer.status < 300) return null;
    return { why: `HTTP ${answer.status}`, isPassing: answer.status >= 500 || answer.status === 429 };
  } catch (error) {
    signal.throwIfAborted();
    // The cause has a code; its words may repeat the address.
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown };
    return { why: typeof code === 'string' ? code : 'the request failed', isPassing: true };
  }
}

/** The message comes by stdin and by the environment, never as part of the command: a name in it could be one. */
function command(line: string): Deliver {
  return async (message, signal) => {
    const env = { ...process.env, PROFILER_EVENT: message.event, PROFILER_TEXT: message.text };
    const child = spawn('sh', ['-c', line], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env });
    // Listened to at once: a command that cannot be started is an error event, which would end this process.
    const exit = once(child, 'exit');
    const kill = (): void => {
      // What it started ends with it.
      if (child.pid !== undefined) killGroup(child.pid);
    };
    signal.addEventListener('abort', kill);
    try {
      // A command need not read.
      child.stdin?.on('error', () => {});
      child.stdin?.end(`${JSON.stringify(message)}\n`);
      const [code, by] = await exit;
      if (code !== 0) throw new Error(code === null ? `it was ended by ${by}` : `it ended with exit code ${code}`);
    } finally {
      signal.removeEventListener('abort', kill);
    }
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
