/** Tells the system of a customer of a change. Each has a host of its own, all are names of one address here. */
export class Webhooks {
  constructor({ Agent, request }, port) {
    this.port = port;
    this.request = request;
    const lookup = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    this.agent = new Agent({ keepAliveTimeout: 100, keepAliveMaxTimeout: 200, connect: { lookup } });
  }

  async notify(customer) {
    const url = `http://${customer}.example:${this.port}/fast`;
    const { statusCode, body } = await this.request(url, { dispatcher: this.agent });
    await body.dump();
    return { customer, statusCode };
  }

  close() {
    return this.agent.close();
  }
}
