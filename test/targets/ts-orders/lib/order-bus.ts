import { EventEmitter } from 'node:events';

interface Confirmation {
  readonly order: string;
  readonly steps: string[];
  readonly openedAt: Date;
}

/** Orders are confirmed by events. Who waits for one listens until it came, and should not listen on. */
export class OrderBus {
  private readonly events: EventEmitter = new EventEmitter();
  private readonly unsubscribes: boolean;

  constructor(options: { readonly unsubscribes: boolean }) {
    this.unsubscribes = options.unsubscribes;
    this.events.setMaxListeners(0);
  }

  async confirm(order: string): Promise<Confirmation> {
    const confirmation: Confirmation = { order, steps: ['received', 'checked', 'packed'], openedAt: new Date() };
    const onCancelled = (cancelled: string): void => {
      if (cancelled === order) confirmation.steps.push('cancelled');
    };
    this.events.on('cancelled', onCancelled);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.unsubscribes) this.events.off('cancelled', onCancelled);
    return confirmation;
  }
}
