import { chmodSync, mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { removeStaleSockets } from '../files/agent-folders.ts';
import { AGENT_PROTOCOL, type AgentWelcome } from '../model/agent-protocol.ts';
import { splitLines } from '../model/split-lines.ts';
import { leavePlace, placeOfDoor } from './door-place.ts';
import { startVisit, type Visit } from './visit.ts';

/** A greeting is short; who sends more is nobody of ours. */
const LONGEST_GREETING = 4_096;

/**
 * Listens at a door for the tool, and does nothing else: neither the socket nor whoever comes keeps the service alive.
 * The first to come starts what serves sessions; it ends when the last has gone.
 */
export function openDoor(relayScript: string, warn: (text: string) => void): void {
  const door = placeOfDoor();
  const guests = new Set<Socket>();
  let visit: Visit | null = null;
  let visits = 0;

  const welcome = async (guest: Socket): Promise<void> => {
    guests.add(guest);
    guest.on('close', () => {
      guests.delete(guest);
      if (guests.size > 0) return;
      visit?.end();
      visit = null;
    });
    visits += 1;
    visit ??= startVisit(relayScript, `${door}.${visits}`);
    const mine = visit;
    void mine.ended.then(() => {
      if (visit === mine) visit = null;
    });
    const failure = await mine.ready;
    answer(guest, { sessions: failure === null ? basename(mine.path) : null, refusal: failure });
  };

  const server = createServer((guest) => {
    guest.unref();
    guest.on('error', () => {});
    const lines = splitLines((line) => {
      if (!isGreeting(line)) guest.destroy();
      else if (!guests.has(guest)) {
        // There may be no room for a thread. Nothing of this may become an error of the service.
        welcome(guest).catch((error: Error) => answer(guest, { sessions: null, refusal: error.message }));
      }
    }, LONGEST_GREETING);
    guest.setEncoding('utf8').on('data', (text: string) => {
      if (!lines(text)) guest.destroy();
    });
  });
  server.on('error', (error) => warn(`no socket at ${door} (${error.message})`));
  server.once('listening', () => void removeStaleSockets(dirname(door)).catch(() => {}));
  listen(server, door, warn);
  process.on('exit', () => {
    visit?.leave();
    leavePlace(door);
  });
}

/** `exclusive`: a worker of a cluster would hand its sockets to the primary. */
function listen(server: Server, door: string, warn: (text: string) => void): void {
  // Another agent may have taken the folder away with it.
  mkdirSync(dirname(door), { recursive: true, mode: 0o700 });
  server.listen({ path: door, exclusive: true }, () => {
    try {
      chmodSync(door, 0o600);
    } catch (error) {
      server.close();
      warn(`its socket was taken away (${(error as Error).message})`);
    }
  });
  server.unref();
}

function isGreeting(line: string): boolean {
  try {
    return (JSON.parse(line) as Partial<AgentWelcome>).soakProfilerAgent === AGENT_PROTOCOL;
  } catch {
    return false;
  }
}

function answer(guest: Socket, words: Omit<AgentWelcome, 'soakProfilerAgent'>): void {
  guest.write(`${JSON.stringify({ soakProfilerAgent: AGENT_PROTOCOL, ...words })}\n`);
}
