import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("every test that the threat model names is there", async () => {
  const page = await readFile("docs/threat-model.md", "utf8");
  const named = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => globSync(path).length === 0)).toEqual([]);
});
