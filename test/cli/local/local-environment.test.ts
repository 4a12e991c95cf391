import { join } from "node:path";
import { expect, test } from "vitest";
import { instanceEnvironment, localEnvironment } from "../../../cli/local/local-environment.ts";
import { readWorkerConfig } from "../../../cli/local/worker-config.ts";

const LOCAL = { publicUrl: "http://localhost:1234", labUrl: "http://localhost:5678" };
const DECLARED = {
  vars: { TENANT: "from-file", SETTLE_MS: "30000", PUBLIC_URL: "" },
  secrets: ["SEALING_KEY"],
};

test("an override goes before the process's environment, that before the lab's, that before wrangler.toml's", () => {
  const fromFile = instanceEnvironment(DECLARED, LOCAL, {});
  expect(fromFile).toMatchObject({ TENANT: "acme", SETTLE_MS: "30000" });
  const fromProcess = instanceEnvironment(DECLARED, LOCAL, { TENANT: "process", SETTLE_MS: "5" });
  expect(fromProcess).toMatchObject({ TENANT: "process", SETTLE_MS: "5" });
  const overridden = instanceEnvironment(DECLARED, LOCAL, { TENANT: "process" }, { TENANT: "override" });
  expect(overridden.TENANT).toBe("override");
});

test("the Worker sees what wrangler.toml declares and nothing else of the process's environment", () => {
  const environment = instanceEnvironment(DECLARED, LOCAL, { AWS_SECRET_ACCESS_KEY: "none of its business" });
  expect(Object.keys(environment).sort()).toEqual(["PUBLIC_URL", "SEALING_KEY", "SETTLE_MS", "TENANT"]);
});

test("a stray PUBLIC_URL doesn't move the resource away from the port", () => {
  const environment = instanceEnvironment(DECLARED, LOCAL, { PUBLIC_URL: "https://elsewhere.example" });
  expect(environment.PUBLIC_URL).toBe(LOCAL.publicUrl);
});

test("a declared secret without a value is named", () => {
  const declared = { vars: {}, secrets: ["SEALING_KEY", "NEW_VENDOR_TOKEN"] };
  expect(() => instanceEnvironment(declared, LOCAL, {})).toThrow("requires NEW_VENDOR_TOKEN");
});

test("the lab's environment gives every declared secret a value and declares nothing by itself", async () => {
  const { vars, secrets } = await readWorkerConfig(join(import.meta.dirname, "../../.."));
  const local = Object.keys(localEnvironment(LOCAL));
  expect(local.filter((name) => !(name in vars) && !secrets.includes(name))).toEqual([]);
  expect(secrets.filter((name) => !local.includes(name))).toEqual([]);
});
