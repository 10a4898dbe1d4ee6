import { guarded } from '../guarded.ts';

type Channels = typeof import('node:diagnostics_channel');

/** What is used of a socket of Node, and of a connection of its HTTP servers. */
interface Socket {
  readonly destroyed: boolean;
  readonly timeout?: number;
  setTimeout(ms: number): unknown;
}
interface Connections {
  idle(): readonly { readonly socket?: Socket }[];
}

/** None of a program: by it what we have set is known again. The longest that Node knows is not much more. */
const HELD_MS = 2_147_000_011;
const MOST_HOLDS = 8;

/**
 * Keeps idle connections of the HTTP servers of the program open through a pause. Node closes those that have been idle for
 * longer than `keepAliveTimeout` as soon as it goes on, before it reads what a client has sent meanwhile: that request fails
 * with ECONNRESET. So their deadline is moved away before the pause, and begins anew after it.
 */
export class KeptConnections {
  readonly #finish: ReturnType<Channels['channel']>;
  readonly #findServers: () => readonly object[];
  readonly #later: (action: () => void) => void;
  readonly #holds = new Set<number>();
  readonly #held = new Map<Socket, number>();
  /** A response that ends while they are held makes one more of them idle, once Node has set its deadline. */
  readonly #onFinish = guarded((message: unknown) => {
    const { socket } = message as { readonly socket?: Socket };
    if (socket) this.#later(guarded(() => this.#hold(socket)));
  });

  constructor(options: {
    readonly channels: Channels;
    readonly findServers: () => readonly object[];
    /** After what runs now. */
    readonly later: (action: () => void) => void;
  }) {
    this.#finish = options.channels.channel('http.server.response.finish');
    this.#findServers = options.findServers;
    this.#later = options.later;
  }

  begin(id: number): void {
    if (this.#holds.size >= MOST_HOLDS || this.#holds.has(id)) return;
    this.#holds.add(id);
    if (this.#holds.size > 1) return;
    this.#finish.subscribe(this.#onFinish);
    for (const server of this.#findServers()) {
      for (const { socket } of connectionsOf(server)?.idle() ?? []) if (socket) this.#hold(socket);
    }
  }

  end(id: number): void {
    if (!this.#holds.delete(id) || this.#holds.size > 0) return;
    this.#finish.unsubscribe(this.#onFinish);
    for (const [socket, timeoutMs] of this.#held) {
      // One with a new request has a deadline of its own again.
      if (!socket.destroyed && socket.timeout === HELD_MS) socket.setTimeout(timeoutMs);
    }
    this.#held.clear();
  }

  stop(): void {
    for (const id of [...this.#holds]) this.end(id);
  }

  /** One without a deadline stays open as it is. */
  #hold(socket: Socket): void {
    const { timeout = 0, destroyed } = socket;
    if (this.#holds.size === 0 || destroyed || timeout <= 0 || timeout === HELD_MS) return;
    this.#held.set(socket, timeout);
    socket.setTimeout(HELD_MS);
  }
}

/** By the name that Node 18 to 26 give it; null if there is none. */
function connectionsOf(server: object): Connections | null {
  for (const symbol of Object.getOwnPropertySymbols(server)) {
    if (symbol.description !== 'http.server.connections') continue;
    const found = (server as Record<symbol, unknown>)[symbol] as Partial<Connections> | undefined;
    return typeof found?.idle === 'function' ? (found as Connections) : null;
  }
  return null;
}
