import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Requester } from "../../src/effect/machine/operation.ts";
import type { Role } from "../../src/toolkit/scopes.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const why = { reason: "Test of standing" };
let device: () => string;

beforeAll(async () => {
  device = await freshDevices();
});
afterEach(() => lab.clear());

/** The identity provider says at a new sign-in which roles the person has now. */
async function becomes({ person, subject, display }: Requester, role: Role): Promise<void> {
  await env.PERSON.getByName(person).signIn({
    person,
    subject,
    display,
    client_id: "another-client",
    roles: [role],
    policy_version: "1",
    upstream_refresh_token: null,
  });
}

describe("a session that was revoked", () => {
  it("reads nothing any more, and is told of no tools", async () => {
    const viewer = await signedIn("standing-revoked", "viewer");
    const agent = await agentOf(viewer);
    expect(await call(agent, "get_device", { device_id: device() })).toMatchObject({ status: "ok" });
    await env.PERSON.getByName(viewer.person).revoke("all", "admin@acme.test");
    const before = await lab.requests();
    for (const tool of ["whoami", "get_device", "no_such_tool"]) {
      expect(await call(agent, tool, { device_id: device() })).toMatchObject({
        status: "error",
        error: { kind: "permission", code: "session_revoked", retryable: false },
      });
    }
    expect(await lab.requests()).toBe(before);
    await expect(agent.listTools()).rejects.toThrow();
  });
});

describe("a person whose roles change", () => {
  it("may with the next call what the new role allows, and sees its tools", async () => {
    const person = await signedIn("standing-roles", "responder");
    const agent = await agentOf(person);
    const device_id = device();
    expect(await call(agent, "whoami")).toMatchObject({ data: { roles: ["responder"] } });

    await becomes(person, "viewer");
    expect(await call(agent, "whoami")).toMatchObject({ data: { roles: ["viewer"] } });
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { code: "role_forbids" },
    });
    expect(await toolNames(person)).not.toContain("contain_device");

    await becomes(person, "responder");
    expect(await toolNames(person)).toContain("contain_device");
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({ status: "ok" });
  });

  /** As a client sees them that has no list of its own yet. */
  async function toolNames(person: Requester): Promise<string[]> {
    return (await (await agentOf(person)).listTools()).tools.map(({ name }) => name);
  }
});

describe("just before a change is sent", () => {
  const tenant = () => env.TENANT_OBJECT.getByName(env.TENANT);

  afterEach(() =>
    runInDurableObject(tenant(), (_object, { storage }) => {
      storage.sql.exec("DELETE FROM switches");
    }),
  );

  it("switches are looked at again, by an object that hasn't heard of them", async () => {
    const agent = await agentOf(await signedIn("standing-switches", "responder"));
    const device_id = device();
    await call(agent, "whoami");
    await runInDurableObject(tenant(), (_object, { storage }) => {
      // What a crash between a switch and its telling leaves.
      storage.sql.exec("INSERT INTO switches (kind, name) VALUES ('credential', 'crowdstrike.contain')");
    });
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "permission", code: "tool_disabled" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });

  it("so is the circuit: a vendor that keeps failing is left alone, and nothing is in doubt", async () => {
    const agent = await agentOf(await signedIn("standing-circuit", "responder"));
    await lab.fault({ operation: "PerformActionV2", mode: "status", status: 503 });
    for (let i = 0; i < 5; i += 1) {
      expect(await call(agent, "contain_device", { device_id: device(), ...why })).toMatchObject({
        error: { code: "outcome_unknown" },
      });
    }
    await lab.clear();
    const device_id = device();
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "transient", code: "circuit_open", retryable: true, retry_after_ms: expect.any(Number) },
      operation: { state: "abandoned" },
    });
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});

describe("a call that can't be audited", () => {
  it("isn't answered, whatever came of it", async () => {
    const person = await signedIn("standing-unaudited", "viewer");
    const agent = await agentOf(person);
    await runInDurableObject(env.SESSION.getByName(person.session_id), (_object, { storage }) => {
      storage.sql.exec(`CREATE TRIGGER refuse BEFORE INSERT ON audit_outbox
        WHEN NEW.event LIKE '%"type":"call"%' BEGIN SELECT RAISE(ABORT, 'full'); END`);
    });
    for (const [tool, args] of [
      ["get_device", { device_id: device() }],
      ["get_device", { device_id: "nonsense" }],
    ] as const) {
      const result = await call(agent, tool, args);
      expect(result).toMatchObject({ status: "error", error: { code: "internal" }, audit_id: null });
      expect(result).not.toHaveProperty("data");
    }
  });
});

describe("a fault of ours", () => {
  const INTERNAL = {
    status: "error",
    error: { kind: "internal", code: "internal", retryable: false },
    audit_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  };

  it("in what a tool found keeps it back: nothing leaves in a form that wasn't declared", async () => {
    const person = await signedIn("standing-typed", "viewer");
    const session = env.SESSION.getByName(person.session_id);
    await runInDurableObject(session, (_object, { storage }) => {
      storage.sql.exec(
        `UPDATE session SET record = json_set(record, '$.display', json('["not", "a name"]'))`,
      );
    });
    await evictDurableObject(session);
    const result = await call(await agentOf(person), "whoami");
    expect(result).toMatchObject(INTERNAL);
    expect(JSON.stringify(result)).not.toContain("a name");
  });

  it("that nobody foresaw says nothing of its cause, and nothing is sent", async () => {
    const person = await signedIn("standing-fault", "responder");
    const agent = await agentOf(person);
    const device_id = device();
    await runInDurableObject(env.SESSION.getByName(person.session_id), (_object, { storage }) => {
      storage.sql.exec("DROP TABLE keys");
    });
    const idempotency_key = "a-key-of-its-own";
    const result = await call(agent, "contain_device", { device_id, ...why, idempotency_key });
    expect(result).toMatchObject(INTERNAL);
    expect(JSON.stringify(result)).not.toMatch(/sql|table|keys| at /i);
    expect(await lab.effects(device_id)).toHaveLength(0);
  });
});
