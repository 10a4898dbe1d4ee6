const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/** FNV-1a with 64 bits over the UTF-16 units of the text, as 16 hexadecimal digits. For names, not for secrets. */
export function fnv1a64(text: string): string {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < text.length; i += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * PRIME) & MASK;
  }
  return hash.toString(16).padStart(16, '0');
}

/**
 * The same leak has the same id in the next run: made of kind, class and retaining signature, which hold no address,
 * index, key or number of the run. Ten digits are enough for some thousand findings and short enough to type.
 */
export function findingId(kind: string, subject: string, signature: string): string {
  return fnv1a64(`${kind}\n${subject}\n${signature}`).slice(0, 10);
}
