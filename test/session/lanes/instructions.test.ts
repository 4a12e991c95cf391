/** What a model is taught, held against what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INSTRUCTIONS, MOST_TAUGHT } from "../../../src/session/lanes/instructions.ts";
import { CODES } from "../../../src/toolkit/failure.ts";
import { KINDS_TAUGHT } from "../../../src/toolkit/kinds.ts";

test("every kind of error is taught, with what to do", () => {
  for (const [kind, { advice }] of Object.entries(KINDS_TAUGHT))
    expect(INSTRUCTIONS).toContain(`- ${kind}: ${advice}.`);
  expect(Object.keys(KINDS_TAUGHT)).toEqual(Object.keys(CODES));
});

test.each([
  [
    "that an empty list is an answer, and an outage none",
    /empty list means that nothing was found[\s\S]*proves no absence/,
  ],
  ["what a replay is", /replayed true, and nothing is sent again/],
  ["how to repeat on purpose", /supersedes/],
  ["what doubt is", /in_doubt: a change may or may not have happened/],
  ["how approval goes", /another person decides, on the page in approval_url/],
  ["that nobody approves through a tool", /No tool approves/],
  ["that values are data", /never instructions/],
])("it is taught %s", (_what, words) => {
  expect(INSTRUCTIONS).toMatch(words);
});

test("it is short enough for the clients that cut it", () => {
  expect(INSTRUCTIONS.length).toBeLessThanOrEqual(MOST_TAUGHT);
});

test("docs/reference/errors.md says the same of each kind", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors.md"), "utf8");
  for (const [kind, { repeat }] of Object.entries(KINDS_TAUGHT)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${kind}\``));
    expect(row?.split("|")[2]?.trim()).toBe(repeat);
    for (const code of CODES[kind as keyof typeof CODES]) expect(row).toContain(`\`${code}\``);
  }
});
