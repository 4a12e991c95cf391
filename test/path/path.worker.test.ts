import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Requester } from "../../src/effect/machine/operation.ts";
import { effectNameOf } from "../../src/toolkit/operation-id.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { calls } from "../support/worker/chain.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const why = { reason: "Test of the path" };
let device: () => string;

beforeAll(async () => {
  device = await freshDevices();
});
afterEach(() => lab.clear());

interface AuditedCall {
  readonly tool: string;
  readonly decision: string;
  readonly error_code?: string;
  readonly steps: readonly { readonly step: string; readonly result: string }[];
  readonly args_digest?: string;
}

const callsOf = (requester: Requester) => calls<AuditedCall>(requester);
const steps = (audited: AuditedCall | undefined) => audited?.steps.map(({ step }) => step);

async function keysOf(requester: Requester): Promise<number> {
  return runInDurableObject(
    env.SESSION.getByName(requester.session_id),
    (_object, { storage }) => storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM keys").one().n,
  );
}

describe("the order of the path", () => {
  it("validates nothing and asks no vendor for whoever has no scope", async () => {
    const viewer = await signedIn("path-viewer", "viewer");
    const before = await lab.requests();
    const result = await call(await agentOf(viewer), "contain_device", { nonsense: 1 });
    expect(result).toMatchObject({ status: "error", error: { kind: "permission", code: "role_forbids" } });
    expect("error" in result && result.error).not.toHaveProperty("issues");
    expect(steps((await callsOf(viewer)).at(-1))).toEqual(["identity", "scope"]);
    expect(await lab.requests()).toBe(before);
  });

  it("spends no key on an input that isn't valid, and claims nothing", async () => {
    const responder = await signedIn("path-responder", "responder");
    const agent = await agentOf(responder);
    const idempotency_key = "key-of-invalid";
    const result = await call(agent, "contain_device", {
      device_id: "no id at all",
      ...why,
      idempotency_key,
      extra: true,
    });
    expect(result).toMatchObject({ error: { kind: "invalid_request", code: "invalid_input" } });
    expect("error" in result && result.error?.issues?.map(({ path }) => path)).toEqual([
      "device_id",
      "extra",
    ]);
    expect(await keysOf(responder)).toBe(0);
    expect(steps((await callsOf(responder)).at(-1))).toEqual(["identity", "scope", "schema"]);
    expect(
      await call(agent, "contain_device", { device_id: device(), ...why, idempotency_key }),
    ).toMatchObject({
      status: "ok",
    });
  });

  it("neither gates nor counts a match again", async () => {
    const responder = await signedIn("path-match", "responder");
    const agent = await agentOf(responder);
    const device_id = device();
    await call(agent, "contain_device", { device_id, ...why });
    for (let i = 0; i < 25; i++) await call(agent, "contain_device", { device_id, ...why });
    expect(steps((await callsOf(responder)).at(-1))).toEqual(["identity", "scope", "schema", "claim"]);
    const count = await env.PERSON.getByName(responder.person).countChange("op_probe", 600_000);
    expect(count).toBe(2);
  });

  it("goes through all seven steps for a new change", async () => {
    const responder = await signedIn("path-steps", "responder");
    await call(await agentOf(responder), "contain_device", { device_id: device(), ...why });
    const last = (await callsOf(responder)).at(-1);
    expect(steps(last)).toEqual(["identity", "scope", "schema", "claim", "gate", "downstream"]);
    expect(last).toMatchObject({ decision: "allow", tool: "contain_device" });
  });

  it("leaves one audit event for each call, refusals and nonsense included", async () => {
    const responder = await signedIn("path-audit", "responder");
    const agent = await agentOf(responder);
    await call(agent, "whoami");
    await call(agent, "get_device", { device_id: "no id at all" });
    await agent.callTool({ name: "no_such_tool", arguments: {} }).catch(() => undefined);
    expect((await callsOf(responder)).map(({ tool, error_code }) => [tool, error_code ?? "ok"])).toEqual([
      ["whoami", "ok"],
      ["get_device", "invalid_input"],
      ["no_such_tool", "unknown_tool"],
    ]);
  });
});

describe("the gate", () => {
  it("never says go when it can't look at the target", async () => {
    const responder = await agentOf(await signedIn("gate-responder", "responder"));
    const device_id = device();
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "status", status: 503 });
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "transient", retryable: true },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
    await lab.clear();
    // Nothing is left that a repeat would have to wait for.
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject({
      status: "ok",
      operation: { state: "succeeded", replayed: false },
    });
  });

  it("holds what an analyst asks for, and a responder takes it over", async () => {
    const analyst = await agentOf(await signedIn("gate-analyst", "analyst"));
    const device_id = device();
    const held = await call(analyst, "contain_device", { device_id, ...why });
    expect(held).toMatchObject({ status: "pending_approval", operation: { state: "awaiting_approval" } });
    expect(await call(analyst, "contain_device", { device_id, ...why })).toMatchObject({
      status: "pending_approval",
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
    const taken = await call(await agentOf(await signedIn("gate-taker", "responder")), "contain_device", {
      device_id,
      ...why,
    });
    expect(taken).toMatchObject({
      status: "ok",
      operation: { requested_by: "gate-taker@acme.test", replayed: false, approved_by: null },
    });
    expect("operation" in taken && taken.operation?.id).toBe("operation" in held && held.operation?.id);
    expect(await call(analyst, "contain_device", { device_id, ...why })).toMatchObject({
      operation: { replayed: true },
    });
    expect(await lab.effects(device_id)).toHaveLength(1);
  });

  it("sends what it judged: whoever takes an operation over, or retries it, has their own words sent", async () => {
    const scopes = ["pages:write"];
    const finding_id = "finding-of-two";
    const analyst = await agentOf(await signedIn("words-analyst", "analyst"), scopes);
    const theirs = { title: "Ransomware on FRA", urgency: "high", finding_id, ...why };
    expect(await call(analyst, "page_on_call", theirs)).toMatchObject({ status: "pending_approval" });
    const responder = await agentOf(await signedIn("words-responder", "responder"), scopes);
    const own = { title: "RANSOMWARE  on fra", urgency: "high", finding_id, ...why };
    const paged = (await call(responder, "page_on_call", own)) as { operation: { id: string } };
    expect(paged).toMatchObject({ status: "ok", operation: { requested_by: "words-responder@acme.test" } });
    const { id } = paged.operation;
    const operation = await env.EFFECT.getByName(effectNameOf(id) ?? "").read(id);
    expect(JSON.parse(operation?.input ?? "{}")).toMatchObject({ title: own.title });
    expect(operation?.tool).toBe("page_on_call");
  });

  it("doesn't page twice when a responder retries what an analyst had approved in its place", async () => {
    const scopes = ["pages:write"];
    const page = { title: "Both saw it", urgency: "low", finding_id: "finding-replaced", ...why };
    await lab.fault({
      vendor: "pagerduty",
      operation: "createIncident",
      mode: "rate_limit",
      times: 1,
      delay_ms: 1000,
    });
    const responder = await agentOf(await signedIn("twice-responder", "responder"), scopes);
    const keyed = { ...page, idempotency_key: "K" };
    expect(await call(responder, "page_on_call", keyed)).toMatchObject({
      operation: { state: "failed_safe" },
    });
    const analyst = await agentOf(await signedIn("twice-analyst", "analyst"), scopes);
    const held = (await call(analyst, "page_on_call", page)) as { operation: { id: string } };
    expect(held).toMatchObject({ status: "pending_approval" });
    const again = (await call(responder, "page_on_call", keyed)) as { operation: { id: string } };
    expect(again).toMatchObject({ status: "ok", operation: { replayed: false } });
    const effect = env.EFFECT.getByName(effectNameOf(held.operation.id) ?? "");
    const { subject, person, session_id } = await signedIn("twice-approver", "approver", "console");
    const by = { subject, person, session_id };
    await effect.decide(held.operation.id, { decision: "approve", by, reason: "Seen" });
    await expect
      .poll(() => effect.read(held.operation.id))
      .toMatchObject({ state: "expired", error: { message: expect.stringContaining(again.operation.id) } });
  });

  it("holds a device that matters, and counts up to the twenty-first change", async () => {
    const responder = await agentOf(await signedIn("gate-many", "responder"));
    const [critical] = await lab.devices("critical");
    expect(await call(responder, "contain_device", { device_id: critical, ...why })).toMatchObject({
      status: "pending_approval",
    });
    const statuses = [];
    for (let i = 0; i < 20; i++)
      statuses.push((await call(responder, "contain_device", { device_id: device(), ...why })).status);
    expect(statuses).toEqual([...Array(19).fill("ok"), "pending_approval"]);
  });

  it("doesn't let an analyst retry what failed safe for a responder", async () => {
    const device_id = device();
    await lab.fault({ operation: "PerformActionV2", mode: "rate_limit", times: 1, delay_ms: 1000 });
    const first = await call(await agentOf(await signedIn("gate-r", "responder")), "contain_device", {
      device_id,
      ...why,
    });
    expect(first).toMatchObject({ operation: { state: "failed_safe" } });
    const held = await call(await agentOf(await signedIn("gate-a", "analyst")), "contain_device", {
      device_id,
      ...why,
    });
    expect(held).toMatchObject({ status: "pending_approval" });
    expect("operation" in held && held.operation?.id).not.toBe("operation" in first && first.operation?.id);
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("answers not_found for a device that isn't there, and nothing waits for it", async () => {
    const responder = await agentOf(await signedIn("gate-nobody", "responder"));
    const device_id = "f".repeat(32);
    const not_found = {
      status: "not_found",
      resource: { kind: "device", id: `crowdstrike:${device_id}` },
      coverage: { complete: true, sources: [{ source: "crowdstrike", status: "ok", count: 0 }] },
    };
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject(not_found);
    expect(await call(responder, "contain_device", { device_id, ...why })).toMatchObject(not_found);
  });
});

describe("a caller's idempotency key", () => {
  it("is refused for another action, whatever the target", async () => {
    const agent = await agentOf(await signedIn("key-reuse", "responder"));
    const key = { idempotency_key: "one-key-two-devices" };
    await call(agent, "contain_device", { device_id: device(), ...why, ...key });
    const other = device();
    expect(await call(agent, "contain_device", { device_id: other, ...why, ...key })).toMatchObject({
      error: { kind: "invalid_request", code: "idempotency_key_reused" },
    });
    expect(await lab.effects(other)).toHaveLength(0);
  });

  it("stands for its operation even after a release, which is no longer what was asked for", async () => {
    const agent = await agentOf(await signedIn("key-life", "responder"));
    const device_id = device();
    const key = { idempotency_key: "for-the-session" };
    const first = await call(agent, "contain_device", { device_id, ...why, ...key });
    await call(agent, "release_device", { device_id, ...why });
    const id = "operation" in first && first.operation?.id;
    expect(await call(agent, "contain_device", { device_id, ...why, ...key })).toMatchObject({
      error: {
        code: "differs_from_done",
        differences: [{ field: "containment", done: "pending", now: "lifting" }],
      },
      operation: { id },
    });
    expect(await lab.effects(device_id)).toHaveLength(2);
  });

  it("doesn't make a second operation of what was done without it", async () => {
    const agent = await agentOf(await signedIn("key-fresh", "responder"));
    const device_id = device();
    await call(agent, "contain_device", { device_id, ...why });
    for (const idempotency_key of ["fresh-key-1", "fresh-key-2"]) {
      expect(await call(agent, "contain_device", { device_id, ...why, idempotency_key })).toMatchObject({
        operation: { replayed: true },
      });
    }
    expect(await lab.effects(device_id)).toHaveLength(1);
  });
});

describe("a deliberate repeat", () => {
  it("takes effect once more for the operation that it names, and only once", async () => {
    const agent = await agentOf(await signedIn("supersede", "responder"));
    const device_id = device();
    const first = (await call(agent, "contain_device", { device_id, ...why })) as {
      operation: { id: string };
    };
    await call(agent, "release_device", { device_id, ...why });
    const again = { device_id, ...why, supersedes: first.operation.id };
    expect(await call(agent, "contain_device", again)).toMatchObject({ operation: { replayed: false } });
    expect(await call(agent, "contain_device", again)).toMatchObject({ operation: { replayed: true } });
    expect(await lab.effects(device_id)).toHaveLength(3);
  });

  it("can't name an operation on another target", async () => {
    const agent = await agentOf(await signedIn("supersede-2", "responder"));
    const first = (await call(agent, "contain_device", { device_id: device(), ...why })) as {
      operation: { id: string };
    };
    const other = device();
    expect(
      await call(agent, "contain_device", { device_id: other, ...why, supersedes: first.operation.id }),
    ).toMatchObject({ error: { code: "invalid_input", issues: [{ path: "supersedes" }] } });
    expect(await lab.effects(other)).toHaveLength(0);
  });
});

describe("a revoked session", () => {
  it("is refused on its next call, with nothing done", async () => {
    const responder = await signedIn("revoked", "responder");
    const agent = await agentOf(responder);
    expect(await call(agent, "whoami")).toMatchObject({ status: "ok" });
    await env.PERSON.getByName(responder.person).revoke("all", "admin@acme.test");
    const device_id = device();
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "permission", code: "session_revoked" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("can't have its changes dispatched by an object that hasn't heard of it", async () => {
    const responder = await signedIn("revoked-2", "responder");
    const agent = await agentOf(responder);
    const device_id = device();
    await runInDurableObject(env.PERSON.getByName(responder.person), (_object, { storage }) => {
      // What a crash in the middle of a revocation leaves: the person knows, the session object doesn't yet.
      storage.sql.exec("UPDATE sessions SET state = 'revoked'");
    });
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "permission", code: "session_revoked" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});

describe("step-up on the 2026 lane", () => {
  it("is a 403 that names the token's scopes and those required, with the error as data", async () => {
    const responder = await signedIn("step-up", "responder");
    const agent = await agentOf(responder, ["devices:read"]);
    const refusal = await agent.callTool({ name: "contain_device", arguments: { nonsense: true } }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(String(refusal)).toContain("devices:read devices:contain");
    const last = (await callsOf(responder)).at(-1);
    expect(last).toMatchObject({ decision: "deny", error_code: "scope_missing" });
    expect(steps(last)).toEqual(["identity", "scope"]);
  });
});
