import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunksRead } from "../../../src/connectors/tenable/chunks-read.ts";

const read = (chunks: readonly number[]) => chunks.reduce((all, chunk) => all.with(chunk), ChunksRead.none);

describe("the chunks that were read", () => {
  test("are written as ranges", () => {
    expect(String(read([]))).toBe("");
    expect(String(read([3, 1, 2, 7, 9, 8, 5]))).toBe("1-3.5.7-9");
  });

  test("are the same after a cursor has carried them, in whatever order they came", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 200 })), (chunks) => {
        const carried = ChunksRead.schema.parse(String(read(chunks)));
        for (let chunk = 0; chunk <= 200; chunk += 1) expect(carried.has(chunk)).toBe(chunks.includes(chunk));
        expect(String(carried)).toBe(String(read(chunks.toReversed())));
      }),
    );
  });

  test.each(["x", "1-", "-1", "1..2", "1.", "1-2-3", "1,2", "1234567890"])(
    "aren't read out of %j",
    (text) => {
      expect(ChunksRead.schema.safeParse(text).success).toBe(false);
    },
  );

  test("leave the next one that can be had, and none where all were read", () => {
    expect(read([1, 2]).next([1, 2, 5], false)).toBe(5);
    expect(read([1, 2]).next([1, 2], false)).toBeNull();
  });

  test("close gaps before they open more than a cursor has room for, until no more chunks will come", () => {
    const odd = Array.from({ length: 40 }, (_, nth) => 2 * nth + 1);
    expect(read(odd).next([...odd, 90], false)).toBeNull();
    expect(read(odd).next([...odd, 2, 90], false)).toBe(2);
    expect(read(odd).next([...odd, 90], true)).toBe(90);
    const worst = read(Array.from({ length: 40 }, (_, nth) => 1_000_000 + 2 * nth));
    expect(String(worst).length).toBeLessThan(1_000);
  });
});
