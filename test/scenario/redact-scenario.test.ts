import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactScenarioText } from '../../src/scenario/redact-scenario.ts';

test('credentials go, variables and the rest stay', () => {
  const text = `name: a # curl -H "Authorization: Bearer sk-comment-1234"
baseUrl: http://root:hunter2@127.0.0.1:3000
setup:
  - request: { path: "/login?api_key=k-9999&x=1", json: { user: u, password: hunter2, device_token: "t-1234" } }
    capture: { token: "$.enrollment_token" }
tasks:
  - request:
      path: /a
      headers:
        authorization: Bearer {{token}}
        x-api-key: "k-1234"
        Cookie: >-
          sid=abc
        accept: text/plain
`;
  const redacted = redactScenarioText(text);
  for (const secret of ['hunter2', 'sk-comment-1234', 't-1234', 'k-1234', 'k-9999', 'sid=abc']) {
    assert.ok(!redacted.includes(secret), `${secret} in\n${redacted}`);
  }
  for (const kept of ['Bearer {{token}}', '$.enrollment_token', 'accept: text/plain', '127.0.0.1:3000', '&x=1']) {
    assert.ok(redacted.includes(kept), `${kept} not in\n${redacted}`);
  }
});

test('JSON and text that is no YAML', () => {
  assert.equal(redactScenarioText('{"password": "a", "n": [1]}'), '{"password": "[redacted]", "n": [1]}');
  assert.ok(!redactScenarioText('a: [\npassword: hunter2\n').includes('hunter2'));
});
