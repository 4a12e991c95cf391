import { describe, expect, test } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { isOffered, requireAvailable, requirePort } from "../../src/tenant/availability.ts";
import { portOf } from "../../src/toolkit/change.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { type Simulated, simulated } from "../catalogue/simulated-vendor.ts";
import { catalogue, credentialOf } from "../support/deployed.ts";

const ON = { version: 1, disabled_tools: [], disabled_credentials: [] };
const off = (...disabled_credentials: string[]) => ({ ...ON, disabled_credentials });
const disabled = expect.objectContaining({ code: "tool_disabled" });

const alpha = simulated("alpha");
const beta = simulated("beta");
const both = new Catalogue({
  connectors: [alpha.connector, beta.connector],
  tools: [],
  prompts: [],
  resources: [],
});

// Empty: the one that comes with it.
const GATE_POLICY = "";
const envOf = (...vendors: readonly { readonly env: Simulated["env"] }[]) =>
  Object.assign({ GATE_POLICY }, ...vendors.map(({ env }) => env)) as Env;

function toolOf(of: Catalogue, name: string): Tool {
  const tool = of.tool(name);
  if (tool === undefined) throw new TypeError(name);
  return tool;
}

describe("a read of two sources", () => {
  const search = toolOf(both, "search_devices");

  test("goes on without the one that isn't configured, and without the one that is switched off", () => {
    expect([...requireAvailable(envOf(beta), search, ON).keys()]).toEqual([alpha.read]);
    expect([...requireAvailable(envOf(alpha, beta), search, off("beta.read")).keys()]).toEqual([beta.read]);
  });

  test("is refused without both, and not even offered where neither is configured", () => {
    expect(() => requireAvailable(envOf(alpha), search, off("alpha.read"))).toThrow(disabled);
    expect(isOffered(envOf(alpha), search)).toBe(true);
    expect(isOffered(envOf(), search)).toBe(false);
  });
});

describe("a change that two sources make", () => {
  const contain = catalogueChange("contain_device");
  const portAt = (source: string) => portOf(contain, { kind: "device", id: `${source}:61cf` });

  test.each(["read", "change"])(
    "is made at one while the other's %s credential is switched off",
    (purpose) => {
      const missing = requireAvailable(envOf(alpha, beta), contain, off(`beta.${purpose}`));
      expect(() => requirePort(missing, portAt("alpha"))).not.toThrow();
      expect(() => requirePort(missing, portAt("beta"))).toThrow(disabled);
    },
  );

  test("is made at one where the other isn't configured", () => {
    const missing = requireAvailable(envOf(alpha), contain, ON);
    expect(() => requirePort(missing, portAt("alpha"))).not.toThrow();
    expect(() => requirePort(missing, portAt("beta"))).toThrow(disabled);
  });

  test("is refused at once where neither has both of its credentials", () => {
    const half = off("alpha.read", "beta.change");
    expect(() => requireAvailable(envOf(alpha, beta), contain, half)).toThrow(disabled);
  });
});

function catalogueChange(name: string) {
  return both.changeTool(name);
}

describe("credentials that only find names", () => {
  const search = toolOf(catalogue, "search_vulnerabilities");
  const SCANNER = {
    env: {
      TENABLE_BASE_URL: "https://cloud.tenable.example",
      TENABLE_READ_ACCESS_KEY: "a",
      TENABLE_READ_SECRET_KEY: "s",
      TENABLE_SETTLE_MS: "",
    },
  };
  const SENSOR = {
    env: { CROWDSTRIKE_BASE_URL: "https://api.crowdstrike.com", CROWDSTRIKE_READ_CLIENT_ID: "c" },
  };

  test("make no tool unavailable, and are told to be missing", () => {
    const missing = requireAvailable(envOf(SCANNER), search, ON);
    expect([...missing.keys()]).toEqual([credentialOf("crowdstrike.read")]);
  });

  test("make no tool available, and none offered", () => {
    expect(() => requireAvailable(envOf(SENSOR), search, ON)).toThrow(disabled);
    expect(isOffered(envOf(SENSOR), search)).toBe(false);
    expect(isOffered(envOf(SCANNER), search)).toBe(true);
  });

  test("are not used while an administrator has switched them off", () => {
    const missing = requireAvailable(envOf(SCANNER, SENSOR), search, off("crowdstrike.read"));
    expect(missing.get(credentialOf("crowdstrike.read"))).toMatchObject({
      code: "tool_disabled",
      message: expect.stringContaining("switched off"),
    });
  });
});
