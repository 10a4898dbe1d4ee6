import http from 'node:http';

/** Asks the carrier where a parcel is. One token cancels all calls when the service stops. */
export class Carrier {
  constructor(axios, baseURL) {
    this.stopping = axios.CancelToken.source();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 24 });
    this.client = axios.create({ baseURL, httpAgent: this.agent, timeout: 5_000 });
  }

  async track(parcel) {
    const { data } = await this.client.get('/fast', { params: { parcel }, cancelToken: this.stopping.token });
    return { parcel, answered: data.path };
  }

  close() {
    this.stopping.cancel('the service stops');
    this.agent.destroy();
  }
}
