import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_DELAY_MS = 40;

/** Tries again with twice the delay each time. */
export async function retry(attempts, call) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call(attempt);
    } catch (error) {
      if (attempt + 1 === attempts) throw error;
      await sleep(FIRST_DELAY_MS * 2 ** attempt);
    }
  }
}
