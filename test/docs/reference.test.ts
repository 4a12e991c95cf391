import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { readBaseConfig } from "../../cli/tenant/base-config.ts";
import { referenceFiles } from "../../proof/reference/files.ts";
import { variablesOf } from "../../proof/reference/variables.ts";
import { deployment } from "../../src/deployment.ts";

describe("what repeats the code is what the code says (if not: npm run reference)", async () => {
  test.each(await referenceFiles("."))("%s", async (path, text) => {
    expect(await readFile(path, "utf8")).toBe(text);
  });
});

const variables = deployment.connectors.flatMap(variablesOf);

test("every variable of a vendor says what it is", () => {
  expect(variables.filter(({ what }) => what === "")).toEqual([]);
});

test("wrangler.toml declares every setting of a vendor as a variable, and requires every secret", async () => {
  const { vars, secrets } = await readBaseConfig(".");
  const undeclared = variables.filter(({ name, secret }) =>
    secret ? !secrets.required.includes(name) : !Object.hasOwn(vars, name),
  );
  expect(undeclared).toEqual([]);
});
