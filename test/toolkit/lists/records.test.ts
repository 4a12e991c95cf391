import { expect, test } from "vitest";
import * as z from "zod";
import { records } from "../../../src/toolkit/lists/records.ts";
import { vendorWord, word } from "../../../src/toolkit/words.ts";

const List = records(z.object({ id: z.string(), level: z.int().nullish() }));

test("a record that can't be read is left out and counted, and the others come through", () => {
  const list = [{ id: "a" }, { id: 7 }, { id: "c", level: null }, null];
  expect(List.parse(list)).toEqual({ records: [{ id: "a" }, { id: "c", level: null }], unreadable: 2 });
});

test("an empty list and null hold nothing, and nothing of them is unreadable", () => {
  expect(List.parse([])).toEqual({ records: [], unreadable: 0 });
  expect(List.parse(null)).toEqual({ records: [], unreadable: 0 });
});

test("a list of which no record can be read fails, with the path in the first of them", () => {
  const Envelope = z.object({ resources: List });
  const parsed = Envelope.safeParse({ resources: [{ id: "a", level: "high" }, {}] });
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.path).toEqual(["resources", 0, "level"]);
});

test("what isn't a list is no list of records", () => {
  expect(List.safeParse({ 0: { id: "a" } }).success).toBe(false);
  expect(List.safeParse(undefined).success).toBe(false);
});

test("an unknown word is null, and stays readable as the vendor's own", () => {
  const Status = word(["New", "closed"]);
  expect(["new", "CLOSED ", "escalated", "", null, undefined].map((said) => Status.parse(said))).toEqual([
    "New",
    "closed",
    null,
    null,
    null,
    null,
  ]);
  expect([" escalated ", "", null, undefined].map((said) => vendorWord.parse(said))).toEqual([
    "escalated",
    null,
    null,
    null,
  ]);
});
