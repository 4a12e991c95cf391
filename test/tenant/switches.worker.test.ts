import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { SwitchChange } from "../../src/tenant/protocol.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const tenant = () => env.TENANT_OBJECT.getByName(env.TENANT);
const why = { reason: "Test of the switches" };
let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});

function change(kind: SwitchChange["kind"], name: string, disabled: boolean): Promise<unknown> {
  return tenant().switch({ kind, name, disabled, by: "admin@acme.test", reason: "test" });
}

describe("what an administrator has switched off", () => {
  it("is refused on the next call of a session that is awake, and on again on the one after", async () => {
    const agent = await agentOf(await signedIn("switches", "responder"));
    const get = () => call(agent, "get_device", { device_id: devices[0] });
    expect(await get()).toMatchObject({ status: "ok" });
    await change("tool", "get_device", true);
    expect(await get()).toMatchObject({ error: { kind: "permission", code: "tool_disabled" } });
    await change("tool", "get_device", false);
    expect(await get()).toMatchObject({ status: "ok" });
  });

  it("touches no other tool", async () => {
    const agent = await agentOf(await signedIn("switches-2", "responder"));
    await change("tool", "search_devices", true);
    expect(await call(agent, "get_device", { device_id: devices[0] })).toMatchObject({ status: "ok" });
    await change("tool", "search_devices", false);
  });

  it("as a credential stops every tool that needs it, and only those", async () => {
    const agent = await agentOf(await signedIn("switches-3", "responder"));
    const device_id = devices[1];
    await change("credential", "crowdstrike.contain", true);
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { code: "tool_disabled", message: expect.stringContaining("crowdstrike.contain") },
    });
    expect(await call(agent, "get_device", { device_id })).toMatchObject({ status: "ok" });
    expect(await lab.effects(device_id ?? "")).toHaveLength(0);
    await change("credential", "crowdstrike.contain", false);
  });

  it("is known to a session that was evicted in between", async () => {
    const requester = await signedIn("switches-4", "responder");
    const agent = await agentOf(requester);
    await call(agent, "whoami");
    await evictDurableObject(env.SESSION.getByName(requester.session_id));
    await change("tool", "whoami", true);
    expect(await call(agent, "whoami")).toMatchObject({ error: { code: "tool_disabled" } });
    await change("tool", "whoami", false);
  });
});
