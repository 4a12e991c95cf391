import { describe, expect, it } from "vitest";
import { budgetOf, budgetProblems, keptForChanges } from "../../src/downstream/vendor-budget.ts";
import { CREDENTIALS, catalogue, credentialOf, TOOLS } from "../support/deployed.ts";
import { SETTINGS } from "../support/settings.ts";

const NAMES = CREDENTIALS.map(({ name }) => name);
const env = (VENDOR_BUDGETS = "", NVD_API_KEY = "") =>
  ({ ...SETTINGS, VENDOR_BUDGETS, NVD_API_KEY }) as unknown as Env;

describe("the vendors' budgets", () => {
  it("give each credential a part, and together never more than the whole", () => {
    const wholes = new Map<string, number>();
    for (const { name, vendor } of CREDENTIALS) {
      const share = (vendor.budget.shares as Readonly<Record<string, number>>)[name] ?? 0;
      expect(share, name).toBeGreaterThan(0);
      wholes.set(vendor.name, (wholes.get(vendor.name) ?? 0) + share);
      for (const credential of Object.keys(vendor.budget.shares)) expect(NAMES).toContain(credential);
    }
    for (const { budget, name } of new Set(CREDENTIALS.map(({ vendor }) => vendor)))
      for (const [credential, kept] of Object.entries(budget.kept_for_changes ?? {})) {
        expect(NAMES).toContain(credential);
        wholes.set(name, (wholes.get(name) ?? 0) + kept);
      }
    for (const [vendor, whole] of wholes) expect(whole, vendor).toBeLessThanOrEqual(1.000_001);
  });

  it("leave a containment its part, whatever is read", () => {
    expect(budgetOf(env(), credentialOf("crowdstrike.contain"))).toEqual({ per_minute: 300, burst: 50 });
    expect(budgetOf(env(), credentialOf("crowdstrike.read"))).toEqual({ per_minute: 1_080, burst: 180 });
  });

  it("keep looks for state changes, wherever their credential also answers reads", () => {
    const looked_with = TOOLS.flatMap((tool) =>
      tool.kind === "change" ? [...tool.ports.values()].map((port) => port.read_credential) : [],
    );
    const read_with = new Set(TOOLS.flatMap((tool) => (tool.kind === "read" ? tool.credentials : [])));
    const shared = new Set(looked_with.filter((credential) => read_with.has(credential)));
    expect(shared.size).toBeGreaterThan(4);
    for (const credential of shared)
      expect(keptForChanges(env(), credential)?.per_minute, credential.name).toBeGreaterThanOrEqual(30);
  });

  it("are the tenant's to change, by vendor", () => {
    const own = env('{"crowdstrike": 600, "nvd": 60}');
    expect(budgetProblems(own, catalogue.vendors)).toEqual([]);
    expect(budgetOf(own, credentialOf("crowdstrike.contain")).per_minute).toBe(60);
    expect(budgetOf(own, credentialOf("okta.read"))).toEqual(budgetOf(env(), credentialOf("okta.read")));
  });

  it("of NVD follow from whether there is a key", () => {
    expect(budgetOf(env(), credentialOf("nvd.read"))).toEqual({ per_minute: 10, burst: 5 });
    expect(budgetOf(env("", "a-key"), credentialOf("nvd.read"))).toEqual({ per_minute: 100, burst: 50 });
  });

  it.each([
    "{",
    "[]",
    "12",
    '{"crowdstrike": 0}',
    '{"crowdstrike": 1.5}',
    '{"crowdstrik": 10}',
    '{"okta": "10"}',
  ])("are refused as %s, and then those of the vendors hold", (text) => {
    expect(budgetProblems(env(text), catalogue.vendors)).toEqual([expect.stringContaining("VENDOR_BUDGETS")]);
    expect(budgetOf(env(text), credentialOf("crowdstrike.contain"))).toEqual(
      budgetOf(env(), credentialOf("crowdstrike.contain")),
    );
  });
});
