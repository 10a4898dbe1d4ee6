/** Strings by number, shared by several snapshots: the numbers of their own string tables do not compare. */
export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.texts.push(text);
      this.numbers.set(text, number);
    }
    return number;
  }

  get(number: number): string {
    return this.texts[number] ?? '';
  }

  get count(): number {
    return this.texts.length;
  }
}
