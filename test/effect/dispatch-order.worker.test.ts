import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Dispatcher } from "../../src/effect/dispatch.ts";
import type { Requester } from "../../src/effect/machine/operation.ts";
import { changeTool } from "../../src/toolkit/change.ts";
import { changeAt } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { effectOf, held } from "../support/worker/held.ts";
import { change } from "../support/worker/identity-provider.ts";
import { lab } from "../support/worker/lab.ts";
import { connect } from "../support/worker/oauth.ts";
import { operationOnce } from "../support/worker/operations.ts";
import { signedIn } from "../support/worker/people.ts";
import { age, personKeyOf, sessionOf } from "../support/worker/person.ts";
import { operation } from "./operation-builder.ts";

const containDevice = changeAt("contain_device");

const why = { reason: "Test of the order before a dispatch" };
/** Changed at will by these tests, and by no others. */
const USER = "nobody";

/** What the gate saw, where nothing depends on it. */
const SEEN = { before: "null", in_effect: false, as_of: 0 };

let device: () => string;
beforeAll(async () => {
  device = await freshDevices();
});
afterEach(async () => {
  await lab.clear();
  await change(USER, { disabled: false, groups: [] });
});

/** The next dispatch finds its token expired, and the lab keeps the new one back. */
async function holdTheToken(): Promise<void> {
  await lab.fault({ operation: "PerformActionV2", mode: "expire_tokens", times: 1 });
  await lab.fault({ operation: "oauth2AccessToken", mode: "slow", delay_ms: 600_000, times: 1 });
}

const tokenIsAskedFor = () => lab.fired(2);
const end = ({ person }: Pick<Requester, "person">) =>
  env.PERSON.getByName(person).revoke("all", "admin@acme.test");
const contain_device = {
  kind: "tool",
  name: "contain_device",
  by: "admin@acme.test",
  reason: "Test",
} as const;

describe("while a dispatch waits for its token, it is stopped by", () => {
  it("the requester's revocation", async () => {
    const requester = await signedIn("order-requester", "responder");
    const agent = await agentOf(requester);
    const device_id = device();
    await holdTheToken();
    const calling = call(agent, "contain_device", { device_id, ...why });
    await tokenIsAskedFor();
    await end(requester);
    await lab.release();
    expect(await calling).toMatchObject({ error: { code: "session_revoked" } });
    expect(await lab.effects(device_id)).toEqual([]);
  });

  it("a switch", async () => {
    const agent = await agentOf(await signedIn("order-switch", "responder"));
    const device_id = device();
    await holdTheToken();
    const calling = call(agent, "contain_device", { device_id, ...why });
    await tokenIsAskedFor();
    const tenant = env.TENANT_OBJECT.getByName(env.TENANT);
    await tenant.switch({ ...contain_device, disabled: true });
    await lab.release();
    expect(await calling).toMatchObject({ error: { code: "tool_disabled" } });
    await tenant.switch({ ...contain_device, disabled: false });
    expect(await lab.effects(device_id)).toEqual([]);
  });

  it("the approver's revocation", async () => {
    const { id, device_id } = await held(device());
    const { subject, person, session_id } = await signedIn("order-approver", "approver", "console");
    await holdTheToken();
    const by = { subject, person, session_id };
    expect(await effectOf(id).decide(id, { decision: "approve", by, reason: "" })).toMatchObject({
      ok: true,
    });
    await tokenIsAskedFor();
    await end({ person });
    await lab.release();
    await operationOnce(id, ({ state }) => state === "failed_safe");
    expect(await lab.effects(device_id)).toEqual([]);
  });

  it("the identity provider's no to the approver", async () => {
    await change(USER, { disabled: false, groups: ["sallyport-approvers"] });
    const { client } = await connect(USER);
    const session_id = await sessionOf(USER, client.client_id);
    const by = { subject: `${USER}@acme.test`, person: personKeyOf(USER), session_id };
    const { id, device_id } = await held(device());
    await holdTheToken();
    expect(await effectOf(id).decide(id, { decision: "approve", by, reason: "" })).toMatchObject({
      ok: true,
    });
    await tokenIsAskedFor();
    await change(USER, { disabled: true, groups: [] });
    await age(by.person, 6 * 60_000);
    await lab.release();
    await operationOnce(id, ({ state }) => state === "failed_safe");
    expect(await lab.effects(device_id)).toEqual([]);
  });
});

describe("while a dispatch waits for a proof of its request, it is stopped by", () => {
  it("the requester's revocation", async () => {
    const requester = await signedIn("order-prover", "responder");
    const prove = () => end(requester).then(() => undefined);
    const { port } = containDevice;
    const credential = { ...port.credential, prove };
    const tool = changeTool(containDevice, { crowdstrike: { ...port, credential } });
    const input = { device_id: device() };
    const go = { ...{ requester, input, reason: "test", policy_version: "1" }, ...SEEN };
    const preparing = new Dispatcher(env).prepare(operation({ requester, input }), tool, go, null);
    await expect(preparing).rejects.toMatchObject({ code: "session_revoked" });
  });
});
