/** The work that is done by the clock, stopped all at once. */
export class Periodic {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  every(intervalMs: number, work: () => void | Promise<void>): void {
    const run = async (): Promise<void> => work();
    this.timers.push(setInterval(() => run().catch(this.onError), intervalMs));
  }

  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }
}
