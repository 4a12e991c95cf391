import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wiringProblems } from "../../../src/console/health/wiring.ts";

const BINDINGS = [
  ...["OAUTH_KV", "DB", "AUDIT_QUEUE", "NOTICE_QUEUE", "DOORS"],
  ...["SESSION", "EFFECT", "PERSON", "BROKER", "TENANT_OBJECT"],
];
const whole = Object.fromEntries(BINDINGS.map((name) => [name, {}]));

test("nothing is wrong where every binding is there", () => {
  expect(wiringProblems(whole)).toEqual([]);
});

test.each(BINDINGS)("%s that isn't bound is named, with what wrangler.toml needs", (name) => {
  const { [name]: _missing, ...rest } = whole;
  expect(wiringProblems(rest)).toEqual([
    expect.stringMatching(new RegExp(`^${name} is not bound: wrangler\\.toml needs `)),
  ]);
});

test("they are those of wrangler.toml", () => {
  const toml = readFileSync(join(import.meta.dirname, "../../../wrangler.toml"), "utf8");
  for (const name of BINDINGS) expect(toml).toContain(`"${name}"`);
});
