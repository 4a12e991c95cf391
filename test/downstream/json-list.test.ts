import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elementsOf, NotAList } from "../../src/downstream/json-list.ts";

async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function elements(text: string, { piece = 7, longest = 10_000 } = {}): Promise<unknown[]> {
  const found = [];
  for await (const element of elementsOf(inPieces(text, piece), longest)) found.push(JSON.parse(element));
  return found;
}

describe("a list read element by element", () => {
  test("is the list, whatever stands in it and wherever it was cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 1, "\n\t"),
        async (list, piece, space) => {
          const text = JSON.stringify(list, null, space);
          expect(await elements(text, { piece, longest: 100_000 })).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  test.each([
    ["", "nothing"],
    ["{}", "an object"],
    ['"[1]"', "a string"],
    ["[1,2", "a list that breaks off"],
    ['[{"a":"]', "an element that breaks off"],
    ["[1}", "brackets that don't match"],
    ["[1][2]", "two lists"],
    ["[1,]", "a comma too many"],
    ["[,1]", "a comma too early"],
    ["[1]x", "something behind it"],
    ["<html>", "a page"],
  ])("isn't there in %j (%s)", async (text) => {
    for (const piece of [1, 100]) await expect(elements(text, { piece })).rejects.toThrow(NotAList);
  });

  test("holds no more than its longest element, and none that is too long", async () => {
    const long = JSON.stringify([1, "x".repeat(100)]);
    await expect(elements(long, { longest: 50 })).rejects.toThrow(NotAList);
    await expect(elements(long, { longest: 50, piece: 1000 })).rejects.toThrow(NotAList);
    expect(await elements(JSON.stringify(Array(1000).fill("x".repeat(40))), { longest: 50 })).toHaveLength(
      1000,
    );
  });

  test("asks for no more than is wanted", async () => {
    let pieces = 0;
    async function* endless() {
      yield "[";
      for (;;) {
        pieces += 1;
        yield "1,";
      }
    }
    const seen = [];
    for await (const element of elementsOf(endless(), 10)) {
      seen.push(element);
      if (seen.length === 3) break;
    }
    expect(pieces).toBe(3);
  });
});
