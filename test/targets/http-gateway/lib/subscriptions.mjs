import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 5;

/** Long polls, shortened for the gateway: each ends at once when the gateway stops. */
export class Subscriptions {
  constructor(stopping, { unsubscribes }) {
    this.stopping = stopping;
    this.unsubscribes = unsubscribes;
  }

  async await(topic) {
    const poll = { topic, messages: [], openedAt: new Date(), cursor: new Array(20).fill(0) };
    const onStop = () => poll.messages.push('gateway stops');
    this.stopping.addEventListener('abort', onStop);
    await sleep(WAIT_MS);
    if (this.unsubscribes) this.stopping.removeEventListener('abort', onStop);
    return { topic, messages: poll.messages };
  }
}
