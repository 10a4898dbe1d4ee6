import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactSource, redactSourceLine } from '../../src/redact/redact-source.ts';

/** A secret as people choose one. */
const S = 'hunter2Xyz';

describe('secrets in lines of a program', () => {
  for (const line of [
    `const key = process.env.API_KEY || '${S}';`,
    `const key = process.env.API_KEY ?? \`${S}\`;`,
    `request.headers['x-api-key'] = '${S}';`,
    `request.set('Authorization', '${S}');`,
    `request.setHeader("x-api-key", "${S}");`,
    `const mac = createHmac('sha256', '${S}').update(body);`,
    `jwt.verify(given, '${S}')`,
    `await db.login('admin', '${S}');`,
    `if (request.token === '${S}') queue.push(request);`,
    `if ('${S}' === request.password) queue.push(request);`,
    `switch (request.apiKey) { case '${S}': queue.push(request); }`,
    `pairs.push(['password', '${S}']);`,
    `const [user, password] = ['u', '${S}'];`,
    `config.get('db.password', '${S}')`,
    `setPassword('${S}')`,
    `const tokens = ['${S}', "${S}"];`,
    `options = { apiKeys: { prod: '${S}' } };`,
    `queue.push(request); // password is ${S}`,
    `queue.push(request); /* pw: ${S} */`,
    `      '${S}',`,
    `const url = \`https://h/?token=${S}&x=\${id}\`;`,
    `const secret = '${S}`,
    `await pool.query("CREATE USER app IDENTIFIED BY '${S}'");`,
    `await pool.query("INSERT INTO users VALUES ('joe', '${S}')");`,
    `exec('mysql -u root -p${S} orders');`,
    `exec(\`sshpass -p ${S} ssh host\`);`,
    `list.push(await bcrypt.hash('${S}', 10));`,
    `if (request.headers['x-internal'] !== '${S}') return;`,
    `const kennwort = '${S}';`,
  ]) {
    test(line, () => {
      const shown = redactSourceLine(line, null);
      assert.doesNotMatch(shown, new RegExp(S));
      assert.equal(redactSourceLine(shown, null), shown, 'twice changes nothing');
    });
  }

  test('a number under the name of a secret', () => {
    assert.equal(redactSourceLine('if (pin === 483920) unlock();', null), 'if (pin === [redacted]) unlock();');
    assert.equal(
      redactSourceLine('const options = { password: 123456 };', null),
      'const options = { password: [redacted] };',
    );
    for (const line of [
      'const sessionTimeout = 3600000;',
      'const tokens = 100000;',
      'setTimeout(refreshToken, 30000);',
    ])
      assert.equal(redactSourceLine(line, null), line);
  });

  test('a secret on the line after its name, and the body of a key', () => {
    assert.deepEqual(redactSource(['const options = {', '  password:', `    '${S}',`, '};']), [
      'const options = {',
      '  password:',
      "    '[redacted]',",
      '};',
    ]);
    const key = ['MIIEvQIBADANBgkqhkiG9w0B', 'bggSjAgE', '-----END PRIVATE KEY-----', 'keys.push(key);'];
    assert.deepEqual(redactSource(key), ['[redacted]', '[redacted]', '-----END PRIVATE KEY-----', 'keys.push(key);']);
    assert.doesNotMatch(
      redactSource(['x = `-----BEGIN PRIVATE KEY-----', 'MIIEabc', '-----END PRIVATE KEY-----`']).join(),
      /MIIE/,
    );
  });

  test('what says no secret stays as it is', () => {
    for (const line of [
      'rows.push(await pool.query("select id from orders where state = \'open\'"));',
      "if (request.headers['content-type'] === 'text/HTML; charset=UTF-8') list.push(request);",
      "emitter.on('message', (text) => list.push(text));",
      "sessions.set(id, { user, since: 'now' });",
      "cache.set(`user-` + id, 'v1 of 2');",
      "for (const key of Object.keys(store)) store[key].push('Entry 12');",
      "const hash = createHash('sha256').update(body).digest('hex');",
      "if (request.headers['content-type'] === 'application/json') parse(request);",
      "const next = list.filter((one) => one.name !== 'A1') / 2; // see issue 12",
      "emitter.on('session', keep);",
      'token = request.headers.authorization;',
      "router.get('/auth/login', handler);",
    ]) {
      assert.equal(redactSourceLine(line, ''), line);
    }
  });

  test('the time grows with the line alone', () => {
    for (const part of ["'", '"', '`', '/*', '\\', "token='", '${', 'a || ', '((', '-', "token='x',"])
      redactSourceLine(part.repeat(20_000), null);
  });
});
