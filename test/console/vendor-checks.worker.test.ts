import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import { vendorChecks } from "../../src/console/health/vendor-checks.ts";
import type { VendorCheck } from "../../src/toolkit/upstream/vendor-check.ts";
import { credentialOf } from "../support/deployed.ts";
import { lab } from "../support/worker/lab.ts";

const OPERATION = "QueryDevicesByFilter";
const REQUEST = { operation: OPERATION, method: "GET", path: "/devices/queries/devices/v1" } as const;

/** Reads one device, and has something to say about a setting. */
const CHECK: VendorCheck = {
  name: "least read",
  credential: credentialOf("crowdstrike.read"),
  run: async (upstream) => {
    await upstream.read(REQUEST, z.object({ resources: z.array(z.string()) }));
    return ["CROWDSTRIKE_X: set it."];
  },
};

afterEach(() => lab.clear());

test("a check is made with its own credential, and its problems are told", async () => {
  expect(await vendorChecks(env, credentialOf("crowdstrike.read"), [CHECK])).toEqual([
    { name: "least read", asked: true, problems: ["CROWDSTRIKE_X: set it."] },
  ]);
  expect(await vendorChecks(env, credentialOf("okta.read"), [CHECK])).toEqual([]);
});

test("a vendor that refuses was asked, and one that is down was not", async () => {
  await lab.fault({ vendor: "crowdstrike", operation: OPERATION, mode: "status", status: 403 });
  const refused = { asked: true, problems: [expect.stringContaining("CrowdStrike")] };
  expect(await vendorChecks(env, credentialOf("crowdstrike.read"), [CHECK])).toMatchObject([refused]);
  await lab.clear();
  await lab.fault({ vendor: "crowdstrike", operation: OPERATION, mode: "rate_limit", delay_ms: 3_600_000 });
  expect(await vendorChecks(env, credentialOf("crowdstrike.read"), [CHECK])).toMatchObject([
    { asked: false },
  ]);
});
