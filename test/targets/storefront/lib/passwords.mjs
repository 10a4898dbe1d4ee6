import { pbkdf2, pbkdf2Sync } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
const ROUNDS = 12_000;

export function hashNow(password, salt) {
  return pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256').toString('hex');
}

export async function hashAside(password, salt) {
  return (await derive(password, salt, ROUNDS, 32, 'sha256')).toString('hex');
}
