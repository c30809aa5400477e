/** A set of small numbers as text, a bit each: a community of 50 devices takes 12 characters. */
export class Members {
  #bytes: number[] = [];

  static parse(text: string | null): Members {
    const members = new Members();
    if (text !== null) members.#bytes = [...Buffer.from(text, 'base64')];
    return members;
  }

  add(slot: number): void {
    const byte = slot >> 3;
    while (this.#bytes.length <= byte) this.#bytes.push(0);
    this.#bytes[byte]! |= 1 << (slot & 7); // just made long enough
  }

  addAll(other: Members): void {
    for (const [index, byte] of other.#bytes.entries()) this.#bytes[index] = (this.#bytes[index] ?? 0) | byte;
  }

  *slots(): Generator<number> {
    for (const [index, byte] of this.#bytes.entries()) {
      for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) yield index * 8 + bit;
    }
  }

  toString(): string { return Buffer.from(this.#bytes).toString('base64'); }
}
