import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventText } from '../../src/cli/live/event-text.ts';
import { wrap } from '../../src/live/line.ts';
import { redactMessage } from '../../src/redact/redact-text.ts';

test('a secret that is broken over two lines of the view is left out all the same', () => {
  const password = 'correcthorsebatterystaplecorrecthorsebatterystaple';
  const said = `no connection to postgres://orders-service:${password}@database.internal.example:5432/orders`;
  // As the screen shows it: each line is redacted once more.
  const shown = wrap(eventText(said), 40).map(redactMessage).join('');
  assert.doesNotMatch(shown, /correct|horse|battery|staple/);
  assert.match(shown, /no connection to/);
  assert.equal(eventText('one\ntwo\u001b[2J'), 'one\ntwo\\u001b[2J');
});
