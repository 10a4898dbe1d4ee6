// A shop's session service on Express 5: JSON routes, sessions in memory. Runs on Node 18 to 26 as it is.
//   node express-service.mjs [--port N] [--fault leak-map]        (or FAULT=leak-map)
// Fault `leak-map`: signing out marks a session and leaves it in the Map of sessions, about 1 KB each.
// Healthy twin: signing out removes it.
import { createHash, randomUUID } from 'node:crypto';
import express from 'express';

const fault = option('--fault', process.env.FAULT ?? 'none');
const KNOWN_FAULTS = ['none', 'leak-map'];
if (!KNOWN_FAULTS.includes(fault)) {
  console.error(`unknown fault: ${fault}\nknown faults: ${KNOWN_FAULTS.join(', ')}`);
  process.exit(2);
}

class Session {
  constructor(user, agent) {
    this.id = randomUUID();
    this.user = user;
    this.agent = agent;
    this.createdAtMs = Date.now();
    this.endedAtMs = null;
    this.rights = ['read', 'write', 'share'].map((right) => ({ right, grantedAtMs: this.createdAtMs }));
    this.proof = Buffer.alloc(384, createHash('sha512').update(this.id).digest()).toString('hex');
  }
}

class SessionStore {
  constructor() {
    this.sessions = new Map();
  }

  open(user, agent) {
    const session = new Session(user, agent);
    this.sessions.set(session.id, session);
    return session;
  }

  find(id) {
    return this.sessions.get(id);
  }

  end(session) {
    session.endedAtMs = Date.now();
    if (fault === 'leak-map') return;
    this.sessions.delete(session.id);
  }
}

const CATALOGUE = Array.from({ length: 500 }, (_, id) => ({ id, name: `article ${id}`, priceCents: 100 + 7 * id }));
const store = new SessionStore();
const app = express();
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.get('/articles', (request, response) => {
  const from = Number.parseInt(request.query.from, 10) || 0;
  response.json({ articles: CATALOGUE.slice(from, from + 20) });
});

// A visit: signs in, reads its rights, signs out.
app.post('/visits', (request, response) => {
  const user = request.body?.user;
  if (typeof user !== 'string' || user === '') {
    response.status(400).json({ error: 'bad_request', message: 'user is required' });
    return;
  }
  const { id } = store.open(user, request.get('user-agent') ?? 'unknown');
  const session = store.find(id);
  const rights = session.rights.map(({ right }) => right);
  store.end(session);
  response.status(201).json({ session: id, rights, durationMs: session.endedAtMs - session.createdAtMs });
});

const server = app.listen(Number(option('--port', '3000')), '127.0.0.1', (error) => {
  if (error) throw error;
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}
