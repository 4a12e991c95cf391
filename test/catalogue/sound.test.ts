/** A deployment's declarations are held before anything is served. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { pagerdutyConnector } from "../../src/connectors/pagerduty/connector.ts";
import { deployment } from "../../src/deployment.ts";
import type { Connector } from "../../src/toolkit/connector.ts";
import { serve } from "../../src/toolkit/connector.ts";
import { readSpec } from "../../src/toolkit/read.ts";
import type { Tool } from "../../src/toolkit/tool.ts";

const spec = (more: object) =>
  readSpec({
    name: "find_owner",
    title: "Find an owner",
    description: "Who answers for a device.",
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    capability: "owners",
    scope: "devices:read",
    input: z.strictObject({ hostname: z.string() }),
    output: z.strictObject({}),
    ...more,
  });

const [credential] = pagerdutyConnector.credentials;
if (credential === undefined) throw new Error("PagerDuty has no credential");

/** The vendor that there is, in another form. */
const vendorWith = (more: object): Connector => ({
  ...pagerdutyConnector,
  vendor: { ...pagerdutyConnector.vendor, ...more },
});
const serving = (more: object): Connector => ({
  ...pagerdutyConnector,
  serves: [serve(spec(more), { credentials: [credential], read: async () => ({ data: {} }) })],
});

test("this deployment's hold", () => {
  expect(() => new Catalogue(deployment)).not.toThrow();
});

test.each<[string, Connector[], string]>([
  ["a vendor twice", [pagerdutyConnector, pagerdutyConnector], "connectors: two are called pagerduty"],
  ["a name that a tool of ours has", [serving({ name: "whoami" })], "tools: two are called whoami"],
  [
    "a scope that doesn't exist",
    [serving({ scope: "owners:read" })],
    "find_owner.scope: there is no owners:read",
  ],
  ["a name that is none", [serving({ name: "Find Owner" })], "isn't a name"],
  [
    "a vendor without its address",
    [vendorWith({ settings: z.object({}) })],
    "pagerduty.settings: one variable",
  ],
  [
    "a credential twice",
    [{ ...serving({}), credentials: [credential, credential] }],
    "pagerduty.credentials: two are called pagerduty.page",
  ],
  ["a credential of another name", [vendorWith({ name: "pager" })], "has to begin with pager."],
  [
    "a credential without its part of the budget",
    [vendorWith({ budget: { per_minute: () => 1, shares: {} } })],
    "pagerduty.budget.shares: pagerduty.page has no part",
  ],
  ["a credential that isn't listed", [{ ...serving({}), credentials: [] }], "find_owner uses pagerduty.page"],
])("with %s they are refused, with the field and the fix", (_what, connectors, problem) => {
  expect(() => new Catalogue({ ...deployment, connectors })).toThrow(problem);
});

describe("a tool that comes another way than by a spec and its port", () => {
  test("isn't served: it would see the bindings", () => {
    const run = async () => ({ outcome: "found", data: {}, sources: [], next_cursor: null });
    const smuggled = { ...spec({ name: "smuggled" }), credentials: [], run } as unknown as Tool;
    expect(() => new Catalogue({ ...deployment, tools: [...deployment.tools, smuggled] })).toThrow(
      "smuggled isn't one of Sallyport's",
    );
    const [own] = deployment.tools;
    expect(() => new Catalogue({ ...deployment, tools: [{ ...own, name: "copied" } as Tool] })).toThrow(
      "copied",
    );
  });

  test("can't be declared with what is published", () => {
    const published = readFileSync(join(import.meta.dirname, "../../src/public.ts"), "utf8");
    expect(published).toContain("readSpec");
    expect(published).not.toMatch(/\bdefineRead\b|\bchangeTool\b|\bsideBySide\b/);
  });
});
