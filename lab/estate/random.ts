/** Seeded randomness, so that every lab has the same estate. */
import { createHash } from "node:crypto";

/** Draws from a seeded sequence: the same seed gives the same estate on every machine. */
export interface Random {
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** One of the items. @throws RangeError if there are none. */
  pick<Item>(items: readonly Item[]): Item;
}

/** A mulberry32 generator: small, fast, and good enough for names and addresses. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError("nothing to pick from");
      return item;
    },
  };
}

/**
 * A stable hexadecimal id that depends on nothing but its name, so that ids stay what they are when the
 * generator's draws change.
 */
export function stableId(name: string, length = 32): string {
  return createHash("sha256").update(`lab/${name}`).digest("hex").slice(0, length);
}

/** A number from 0 up to `below`, that depends on nothing but its name. */
export function draw(name: string, below: number): number {
  return Number.parseInt(stableId(name, 8), 16) % below;
}
