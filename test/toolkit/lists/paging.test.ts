import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeCursor, encodeCursor, limit } from "../../../src/toolkit/lists/paging.ts";

const Offset = z.int().min(0);

describe("a cursor", () => {
  test("leads back to where it was made, for the same question", () => {
    expect(decodeCursor(encodeCursor(25, "web servers"), "web servers", Offset)).toBe(25);
    expect(decodeCursor(encodeCursor("a/b+c", "q"), "q", z.string())).toBe("a/b+c");
  });

  test("is refused with another question, so that a page never mixes two searches", () => {
    expect(() => decodeCursor(encodeCursor(25, "web servers"), "laptops", Offset)).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });

  test.each([
    ["what isn't a cursor", "25"],
    ["an empty one", ""],
    ["a position that can't be", encodeCursor(-1, "q")],
    ["a position of another kind", encodeCursor("25", "q")],
    ["another structure", Buffer.from("{}").toString("base64url")],
  ])("is refused if it is %s, and the error says which field", (_, given) => {
    expect(() => decodeCursor(given, "q", Offset)).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        detail: expect.objectContaining({ issues: [expect.objectContaining({ path: "cursor" })] }),
      }),
    );
  });
});

test("a page is bounded, and 25 if nobody says", () => {
  expect(limit.parse(undefined)).toBe(25);
  for (const refused of [0, 101, 2.5, "25"]) expect(limit.safeParse(refused).success).toBe(false);
});
