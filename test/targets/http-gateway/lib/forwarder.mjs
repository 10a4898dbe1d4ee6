import http from 'node:http';

const MAX_SOCKETS = 24;

/** Calls the backend over kept connections: one agent for all tenants, or one for each. */
export class Forwarder {
  constructor(backendPort, { agentPerTenant }) {
    this.backendPort = backendPort;
    this.agentPerTenant = agentPerTenant;
    this.shared = new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
    this.agents = new Map();
  }

  agentFor(tenant) {
    if (!this.agentPerTenant) return this.shared;
    let agent = this.agents.get(tenant);
    if (agent === undefined) {
      agent = new http.Agent({ keepAlive: true });
      this.agents.set(tenant, agent);
    }
    return agent;
  }

  get(tenant, path, signal) {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.backendPort, path, agent: this.agentFor(tenant), signal };
      http
        .get(options, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve(JSON.parse(text)));
        })
        .on('error', reject);
    });
  }

  async flaky(attempt, tenant) {
    if (attempt < 2) throw new Error(`backend refused ${tenant}`);
    return this.get('shared', '/fast');
  }

  withDeadline(signal) {
    return this.get('shared', '/fast', signal);
  }

  close() {
    for (const agent of [this.shared, ...this.agents.values()]) agent.destroy();
  }
}
