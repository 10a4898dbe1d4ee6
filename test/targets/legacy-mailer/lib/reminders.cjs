'use strict';
const HOUR_MS = 3_600_000;
const HANDED_OVER_MS = 300;

/** Plans a reminder. It is handed over to the mail server at once; only then may the long timer go. */
exports.plan = function plan(to, forgetsTimer, done) {
  const mail = { to, subject: `Reminder for ${to}`, body: 'Please answer. '.repeat(6), planned: new Date() };
  const timer = setTimeout(function sendReminder() {
    mail.sent = true;
  }, HOUR_MS);
  setTimeout(function handedOver() {
    if (!forgetsTimer) clearTimeout(timer);
  }, HANDED_OVER_MS);
  done(null, { to: mail.to, inMs: HOUR_MS });
};
