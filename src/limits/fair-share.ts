/** What one person may take of something that many draw on. */

const MINUTE_MS = 60_000;
/** How exactly a minute is remembered, in milliseconds. */
const SLOT_MS = 5_000;

/** What somebody took since they were last asked; 0 if they only asked. */
export type Spent = readonly (readonly [who: string, requests: number])[];

/**
 * Who took how much of a minute's requests. While others asked in the last minute, one person gets at most half of
 * what the others have left, and never less than an equal part with one to spare: so there is room for whoever comes
 * next, and those who were here first aren't shut out by what somebody took before them. Alone, a person may take
 * it all. Pure: time is passed in, in milliseconds since the epoch.
 */
export class FairShare {
  readonly #per_minute: number;
  /** By the time at which each began, the oldest first. */
  readonly #slots = new Map<number, Map<string, number>>();

  constructor(per_minute: number) {
    this.#per_minute = per_minute;
  }

  /** Takes note of what people spent. */
  note(spent: Spent, now: number): void {
    if (spent.length === 0) return;
    const at = now - (now % SLOT_MS);
    const slot = this.#slots.get(at) ?? new Map<string, number>();
    this.#slots.set(at, slot);
    for (const [who, requests] of spent) slot.set(who, (slot.get(who) ?? 0) + requests);
  }

  /** Those who have had their share, and for how long they get nothing, in milliseconds. */
  overShare(now: number): [who: string, wait_ms: number][] {
    for (const at of this.#slots.keys()) if (at + SLOT_MS + MINUTE_MS <= now) this.#slots.delete(at);
    const taken = this.#taken();
    if (taken.size < 2) return [];
    const all = sum(taken.values());
    return [...taken].flatMap(([who, own]) => {
      const beyond = own - this.#shareOf(all - own, taken.size) + 1;
      return beyond <= 0 ? [] : [[who, this.#untilForgotten(who, beyond, now)]];
    });
  }

  #shareOf(others: number, people: number): number {
    const half = Math.floor((this.#per_minute - others) / 2);
    return Math.max(1, half, Math.floor(this.#per_minute / (people + 1)));
  }

  #taken(): Map<string, number> {
    const taken = new Map<string, number>();
    for (const slot of this.#slots.values())
      for (const [who, requests] of slot) taken.set(who, (taken.get(who) ?? 0) + requests);
    return taken;
  }

  /** How long until `requests` of somebody's are more than a minute ago. */
  #untilForgotten(who: string, requests: number, now: number): number {
    let left = requests;
    for (const [at, slot] of this.#slots) {
      left -= slot.get(who) ?? 0;
      if (left <= 0) return at + SLOT_MS + MINUTE_MS - now;
    }
    return MINUTE_MS;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
