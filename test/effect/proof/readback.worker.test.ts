import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { listDeviceIds } from "../../../src/connectors/crowdstrike/devices/devices.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import type { Operation } from "../../../src/effect/machine/operation.ts";
import { Readback } from "../../../src/effect/proof/readback.ts";
import type { ChangeTool } from "../../../src/toolkit/change.ts";
import { resetLab } from "../../downstream/lab-control.ts";
import { changeAt, credentialOf } from "../../support/deployed.ts";
import { rested } from "../../support/worker/credentials.ts";

const containDevice = changeAt("contain_device");
const releaseDevice = changeAt("release_device");

beforeEach(async () => {
  await resetLab();
  await rested("crowdstrike.read");
});

/** One read of a device for an operation of `tool`. */
function read(tool: ChangeTool, device_id: string, given_up: Operation["given_up"] = null) {
  const target = { kind: "device", id: `crowdstrike:${device_id}` };
  const operation = {
    id: "op_1",
    target,
    input: { device_id },
    trace_id: null,
    given_up,
  } as unknown as Operation;
  return new Readback(env).read(tool, operation);
}

async function deviceWhose(status: string): Promise<string> {
  const upstream = upstreamFor(env, credentialOf("crowdstrike.read"));
  const listing = { filter: `status:'${status}'`, offset: 0, limit: 1 };
  const [device_id] = (await listDeviceIds(upstream, listing)).records;
  if (device_id === undefined) throw new Error(`the lab has no device whose status is ${status}`);
  return device_id;
}

test("a state as wanted is present, and another is absent", async () => {
  const device_id = await deviceWhose("normal");
  expect(await read(releaseDevice, device_id)).toMatchObject({ reading: "present", in_effect: true });
  expect(await read(containDevice, device_id)).toMatchObject({ reading: "absent" });
});

test("an operation whose arguments were given up isn't read back: nobody knows what to read", async () => {
  const device_id = await deviceWhose("normal");
  expect(await read(releaseDevice, device_id, { device_id: "digest" })).toEqual({ reading: "failed" });
});

test("a state in a word that nobody knows is no absence: what was sent may have brought it about", async () => {
  const device_id = await deviceWhose("containment_failed");
  expect(await read(containDevice, device_id)).toEqual({ reading: "failed" });
  expect(await read(releaseDevice, device_id)).toEqual({ reading: "failed" });
});
