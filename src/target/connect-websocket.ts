import { WebSocket } from 'ws';
import { LONGEST_MESSAGE_BYTES } from '../model/inspector-limits.ts';
import type { Milliseconds } from '../model/units.ts';
import { InspectorError } from './inspector-error.ts';
import type { Transport } from './transport.ts';

/** Connects to an inspector at `ws://host:port/id`. Rejects with an InspectorError. */
export async function connectWebSocket(url: string, deadlineMs: Milliseconds): Promise<Transport> {
  const socket = new WebSocket(url, {
    maxPayload: LONGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: deadlineMs,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(new InspectorError('connect', 'closed', `${url}: ${error.message}`)));
  });
  return new WebSocketTransport(socket);
}

class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  listen({ message, closed }: Parameters<Transport['listen']>[0]): void {
    let reason = '';
    this.#socket.on('error', (error) => {
      reason ||= error.message;
    });
    this.#socket.on('close', (code, text) => closed(reason || text.toString() || `connection closed (${code})`));
    this.#socket.on('message', (data) => message(String(data)));
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
