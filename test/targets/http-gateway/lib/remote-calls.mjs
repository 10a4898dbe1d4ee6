class RemoteCall {
  constructor(number) {
    this.number = number;
    this.body = JSON.stringify({ method: 'reserve', number, padding: 'x'.repeat(200) });
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Calls over a message bus, matched with their replies by number. Every third reply is lost on the way. */
export class RemoteCalls {
  constructor({ timeoutMs }) {
    this.timeoutMs = timeoutMs;
    this.waiting = new Map();
  }

  async send(number) {
    const call = new RemoteCall(number);
    this.waiting.set(number, call);
    setImmediate(() => number % 3 !== 0 && this.settle(number, { reserved: number }));
    if (number % 3 !== 0) return call.reply;
    call.reply.catch(() => {});
    if (this.timeoutMs !== null) setTimeout(() => this.expire(number), this.timeoutMs);
    return { accepted: number };
  }

  settle(number, value) {
    this.waiting.get(number)?.resolve(value);
    this.waiting.delete(number);
  }

  expire(number) {
    this.waiting.get(number)?.reject(new Error('no reply'));
    this.waiting.delete(number);
  }
}
