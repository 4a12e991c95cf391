/** Which chunks of an export were read, in a form short enough for a cursor: `1-40.42`. Pure. */
import * as z from "zod";

type Range = readonly [from: number, to: number];

/** Chunks come in no order, but roughly in theirs: more gaps than these are closed before others are opened. */
const MOST_RANGES = 40;

/** Numbers of chunks, as ranges in order. */
export class ChunksRead {
  readonly #ranges: readonly Range[];

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  static readonly none = new ChunksRead([]);

  /** As a cursor has it. */
  static readonly schema = z
    .string()
    .regex(/^(?:\d{1,9}(?:-\d{1,9})?(?:\.(?!$)|$))*$/)
    .transform(
      (text) =>
        new ChunksRead(
          text === ""
            ? []
            : text.split(".").map((range) => {
                const [from = "", to = from] = range.split("-");
                return [Number(from), Number(to)] as const;
              }),
        ),
    );

  has(chunk: number): boolean {
    return this.#ranges.some(([from, to]) => from <= chunk && chunk <= to);
  }

  with(chunk: number): ChunksRead {
    const ranges: [number, number][] = [];
    const all = [...this.#ranges, [chunk, chunk] as const].toSorted((a, b) => a[0] - b[0]);
    for (const [from, to] of all) {
      const last = ranges.at(-1);
      if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
      else ranges.push([from, to]);
    }
    return new ChunksRead(ranges);
  }

  /**
   * The chunk to read next, of those that can be had; `null` if none is to be read yet.
   * @param all whether no others will come
   */
  next(available: readonly number[], all: boolean): number | null {
    const unread = available.filter((chunk) => !this.has(chunk));
    const fitting = (chunk: number) => all || this.with(chunk).#ranges.length <= MOST_RANGES;
    return unread.find(fitting) ?? null;
  }

  toString(): string {
    return this.#ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(".");
  }
}
