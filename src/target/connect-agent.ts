import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { AGENT_PROTOCOL, type AgentWelcome, readWelcome } from '../model/agent-protocol.ts';
import { LONGEST_MESSAGE_BYTES } from '../model/inspector-limits.ts';
import { printable } from '../model/printable.ts';
import { splitLines } from '../model/split-lines.ts';
import type { Milliseconds } from '../model/units.ts';
import { InspectorError } from './inspector-error.ts';
import type { Transport } from './transport.ts';

/** Of an answer at the door; what is longer comes from no agent. */
const LONGEST_WELCOME = 4_096;

/** Connects to the agent in a service whose door is at this path. Rejects with an InspectorError. */
export async function connectAgent(door: string, deadlineMs: Milliseconds): Promise<Transport> {
  const guest = await connectTo(door);
  try {
    const { sessions, refusal } = await enter(guest, deadlineMs);
    if (sessions === null) throw failed(printable(refusal ?? 'it gives no reason'));
    return new AgentTransport(await connectTo(join(dirname(door), sessions)), guest);
  } catch (error) {
    guest.destroy();
    throw error;
  }
}

function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error) => reject(failed(error.message)));
  });
}

/** The kernel accepts the connection of a blocked service, which answers when it continues. */
function enter(guest: Socket, deadlineMs: Milliseconds): Promise<AgentWelcome> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      guest.removeAllListeners('data');
      action();
    };
    const timer = setTimeout(() => settle(() => reject(failed(`no answer within ${deadlineMs} ms`))), deadlineMs);
    const lines = splitLines((line) => {
      const welcome = readWelcome(line);
      if (welcome?.soakProfilerAgent === AGENT_PROTOCOL) settle(() => resolve(welcome));
      else settle(() => reject(failed(welcome ? 'it belongs to another version of this tool' : 'that is no agent')));
    }, LONGEST_WELCOME);
    guest.on('data', (text: string) => {
      if (!lines(text)) settle(() => reject(failed('that is no agent')));
    });
    guest.once('close', () => settle(() => reject(failed('the connection was closed'))));
    guest.write(`${JSON.stringify({ soakProfilerAgent: AGENT_PROTOCOL })}\n`);
  });
}

function failed(detail: string): InspectorError {
  return new InspectorError('connect', 'closed', `the agent: ${detail}`);
}

class AgentTransport implements Transport {
  readonly #socket: Socket;
  /** Tells the agent that somebody is there. */
  readonly #guest: Socket;

  constructor(socket: Socket, guest: Socket) {
    this.#socket = socket;
    this.#guest = guest;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 'open';
  }

  listen({ message, closed }: Parameters<Transport['listen']>[0]): void {
    let reason = 'connection closed';
    const lines = splitLines(message, LONGEST_MESSAGE_BYTES);
    this.#guest.on('error', () => {}).resume();
    this.#guest.once('close', () => this.#socket.destroy());
    this.#socket.on('error', (error) => {
      reason = error.message;
    });
    this.#socket.on('data', (text: string) => {
      if (lines(text)) return;
      reason = 'a message too long for this tool';
      this.#socket.destroy();
    });
    this.#socket.once('close', () => {
      this.#guest.destroy();
      closed(reason);
    });
  }

  send(text: string): void {
    this.#socket.write(`${text}\n`);
  }

  terminate(): void {
    this.#socket.destroy();
  }
}
