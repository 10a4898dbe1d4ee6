// A service that is full of secrets: in its arguments, environment, metrics, memory and statements.
//   node secret-keeper.mjs [--port N] SECRET…       (the arguments are of no use to it)
// SECRETS: a JSON list of texts that it keeps in memory and in labels of its metrics. DATABASE_URL: PostgreSQL, if any.
import http from 'node:http';
import { announce, host, port } from './lib/boot.mjs';

const secrets = JSON.parse(process.env.SECRETS ?? '[]');
const pool = process.env.DATABASE_URL
  ? new (await import('pg')).default.Pool({ connectionString: process.env.DATABASE_URL })
  : null;
pool?.on('error', () => {});

/** Grows with each request, keyed by what nobody should read. */
const sessions = new Map();
let count = 0;

async function ask(secret) {
  if (!pool) return;
  await pool.query(`/* ${secret} */ select '${secret}' as token, 1234 as pin, $1::text as other -- ${secret}`, [
    secret,
  ]);
  await pool.query(`select * from nowhere where password = '${secret}'`).catch(() => {});
}

function metrics() {
  const [name, mail, key, id, url, held] = secrets;
  return `# HELP logins_total Logins; token=${held}
# TYPE logins_total counter
logins_total{user="${mail}@example.com",method="GET"} ${count}
logins_total{token="${name}",method="GET"} ${count}
logins_total{client_key="${key}"} ${count}
logins_total{upstream="https://u:${url}@host/x"} ${count}
logins_total{account="${id}-0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e"} ${count}
# TYPE queue_depth gauge
queue_depth{queue="outgoing"} 3
`;
}

const server = http.createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  if (pathname === '/metrics') {
    response.setHeader('content-type', 'text/plain').end(metrics());
    return;
  }
  const secret = secrets[count % secrets.length];
  count += 1;
  sessions.set(`${secret}-${count}`, { secret: `${secret}/${count}`, request: Buffer.alloc(512).toString('hex') });
  await ask(secret);
  request.resume();
  response.setHeader('set-cookie', `sid=${secret}`).end(JSON.stringify({ token: secret }));
});
server.listen(port, host, () => announce(server, () => void pool?.end()));
