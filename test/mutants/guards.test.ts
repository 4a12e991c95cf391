import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MUTANTS } from "../../proof/mutants/guards.ts";
import { mutate } from "../../proof/mutants/mutant.ts";

const PROJECT = join(import.meta.dirname, "../..");

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "%s: the guard is still there",
  (_name, mutant) => {
    const source = readFileSync(join(PROJECT, mutant.file), "utf8");
    expect(mutate(source, mutant)).not.toBe(source);
    for (const file of mutant.tests) expect(existsSync(join(PROJECT, file)), file).toBe(true);
  },
);

test("a mutant whose text is gone, or is there twice, is stale", () => {
  const mutant = { name: "m", file: "f", find: "guard", replace: "", tests: [] };
  expect(() => mutate("nothing", mutant)).toThrow("m is stale: its text occurs 0 times in f");
  expect(() => mutate("guard guard", mutant)).toThrow("2 times");
});

test("no two mutants have the same name", () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
