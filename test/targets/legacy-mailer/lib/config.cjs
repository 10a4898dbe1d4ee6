'use strict';
const { EventEmitter } = require('node:events');
const util = require('node:util');

function MailConfig() {
  EventEmitter.call(this);
  this.relay = 'relay-1';
  this.setMaxListeners(0);
}
util.inherits(MailConfig, EventEmitter);

const mailConfig = new MailConfig();

function Mailer(to) {
  this.to = to;
  this.relay = mailConfig.relay;
  this.headers = { 'x-mailer': 'legacy', 'list-unsubscribe': `<mailto:leave-${to}@lists.test>`, to };
}

/** Each mail has a mailer that follows changes of the relay while the mail is under way. */
exports.withMailer = function withMailer(to, stopsListening, done) {
  const mailer = new Mailer(to);
  function onReload(relay) {
    mailer.relay = relay;
  }
  mailConfig.on('reload', onReload);
  setImmediate(() => {
    if (stopsListening) mailConfig.removeListener('reload', onReload);
    done(null, { to: mailer.to, relay: mailer.relay });
  });
};
