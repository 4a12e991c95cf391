import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { oktaAccounts } from "../../../lab/okta/accounts.ts";
import { enabledAccounts } from "../../../src/connectors/okta/users/accounts.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { effectNameOf } from "../../../src/toolkit/operation-id.ts";
import {
  clearFaults,
  effects,
  type Fault,
  inject,
  requestsOf,
  resetLab,
} from "../../downstream/lab-control.ts";
import { credentialOf } from "../../support/deployed.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { signedIn } from "../../support/worker/people.ts";

const SCOPES = ["identities:read", "identities:suspend"];
const why = { reason: "Test of suspension" };
const CHANGES = [
  ["suspend_user", "suspendUser", "suspend"],
  ["end_user_sessions", "revokeUserSessions", "revoke_sessions"],
] as const;

/** Active users without a role, for tests to use up. */
let plain: string[] = [];
/** An administrator. */
let administrator = "";

beforeAll(async () => {
  await resetLab();
  const { accounts } = await enabledAccounts(upstreamFor(env, credentialOf("okta.read")), env);
  plain = accounts.slice(20, 90).map(({ user_id }) => `okta:${user_id}`);
  administrator = accounts.find(({ name }) => name === "admin@acme.test")?.user_id ?? "";
});
afterEach(clearFaults);

const fault = (given: Fault) => inject({ vendor: "okta", ...given });

function user(): string {
  const id = plain.pop();
  if (id === undefined) throw new Error("the lab has no user left");
  return id;
}

/** Somebody new each time: the twenty-first change of one person would be held back. */
let responders = 0;
async function responder(): Promise<Client> {
  responders += 1;
  return agentOf(await signedIn(`okta-responder-${responders}`, "responder"), SCOPES);
}

async function actions(user_id: string): Promise<string[]> {
  return (await effects()).filter(({ target }) => target === `user/${user_id}`).map(({ action }) => action);
}

/** Somebody who is in that status, and not because another test has put them there. */
async function userWith(agent: Client, status: string): Promise<string> {
  const found: unknown = await call(agent, "search_users", { status });
  const used = new Set((await effects()).map(({ target }) => target));
  const { users } = (found as { data: { users: { user_id: string }[] } }).data;
  const user = users.find(({ user_id }) => !used.has(`user/${user_id}`));
  if (user === undefined) throw new Error(`nobody is ${status}`);
  return user.user_id;
}

function idOf(result: unknown): string {
  return (result as { operation?: { id: string } }).operation?.id ?? "";
}

/** The operation, once reading back has settled it. What the log tells takes the lab a moment, and time only passes while we wait. */
function settled(operation_id: string) {
  const effect = env.EFFECT.getByName(effectNameOf(operation_id) ?? "");
  return vi.waitFor(
    async () => {
      await runDurableObjectAlarm(effect);
      const operation = await effect.read(operation_id);
      expect(operation?.state).not.toMatch(/unknown|probing/);
      return operation;
    },
    { timeout: 20_000, interval: 100 },
  );
}

describe("suspending a user", () => {
  it("takes effect once, and a repeat returns the first result with whether it still holds", async () => {
    const [agent, user_id] = [await responder(), user()];
    const first = await call(agent, "suspend_user", { user_id, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { user_id, name: expect.stringContaining("@acme.test"), status: "suspended" },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    await expect
      .poll(() => call(agent, "suspend_user", { user_id, ...why }))
      .toMatchObject({
        operation: { id: idOf(first), replayed: true, still_in_effect: true },
      });
    expect(await actions(user_id)).toEqual(["suspend"]);
  });

  it("then unsuspending, then suspending are three effects, under three operations", async () => {
    const [agent, user_id] = [await responder(), user()];
    for (const tool of ["suspend_user", "unsuspend_user", "suspend_user"]) {
      expect(await call(agent, tool, { user_id, ...why })).toMatchObject({
        status: "ok",
        operation: { replayed: false, evidence: "answered" },
      });
    }
    const done = (await effects()).filter(({ target }) => target === `user/${user_id}`);
    expect(done.map(({ action }) => action)).toEqual(["suspend", "unsuspend", "suspend"]);
    expect(new Set(done.map(({ request_id }) => request_id)).size).toBe(3);
  });

  it("who is suspended already sends nothing", async () => {
    const agent = await responder();
    const user_id = await userWith(agent, "suspended");
    expect(await call(agent, "suspend_user", { user_id, ...why })).toMatchObject({
      status: "ok",
      data: { status: "suspended" },
      operation: { evidence: "already_so" },
    });
    expect(await requestsOf("suspendUser").then((all) => all.length)).toBe(
      (await effects()).filter(({ action }) => action === "suspend").length,
    );
    expect(await actions(user_id)).toEqual([]);
  });

  it("who isn't active is refused by Okta, without effect, and says why", async () => {
    const agent = await responder();
    const user_id = await userWith(agent, "locked_out");
    expect(await call(agent, "suspend_user", { user_id, ...why })).toMatchObject({
      status: "error",
      error: { code: "upstream_rejected", message: expect.stringContaining("locked_out") },
      operation: { state: "failed_safe" },
    });
    expect(await actions(user_id)).toEqual([]);
  });

  it("whom nobody knows is not found", async () => {
    const user_id = `00u${"0".repeat(17)}`;
    expect(await call(await responder(), "suspend_user", { user_id, ...why })).toMatchObject({
      status: "not_found",
      resource: { kind: "user", id: `okta:${user_id}` },
    });
  });

  it.each([
    ["me", { error: { code: "invalid_input", issues: [{ path: "user_id" }] } }],
    ["admin@acme.test", { error: { code: "invalid_input", issues: [{ path: "user_id" }] } }],
    // A login, which has no form that an id hasn't.
    ["admin", { status: "not_found", resource: { kind: "user", id: "okta:admin" } }],
  ])("called %s is sent no change", async (user_id, answer) => {
    const before = await requestsOf("suspendUser");
    expect(await call(await responder(), "suspend_user", { user_id, ...why })).toMatchObject(answer);
    expect(await requestsOf("suspendUser")).toEqual(before);
  });
});

describe("an administrator", () => {
  it.each(["suspend_user", "end_user_sessions"])("is another person's decision: %s", async (tool) => {
    expect(await call(await responder(), tool, { user_id: administrator, ...why })).toMatchObject({
      status: "pending_approval",
      operation: { state: "awaiting_approval" },
    });
    expect(await actions(administrator)).toEqual([]);
  });

  it("by a role that isn't known here is another person's decision, too", async () => {
    const perhaps = oktaAccounts.find(({ roles }) => roles.some(({ type }) => type === "AGENT_ADMIN"))?.id;
    expect(await call(await responder(), "suspend_user", { user_id: perhaps, ...why })).toMatchObject({
      status: "pending_approval",
      operation: { state: "awaiting_approval" },
    });
  });

  it("can't slip through when the roles can't be read", async () => {
    await fault({ operation: "listAssignedRolesForUser", mode: "status", status: 503 });
    const [agent, user_id] = [await responder(), user()];
    expect(await call(agent, "suspend_user", { user_id, ...why })).toMatchObject({
      status: "error",
      error: { kind: "transient" },
    });
    expect(await actions(user_id)).toEqual([]);
  });
});

describe("ending a user's sessions", () => {
  it("takes effect once, and the log tells whether it happened", async () => {
    const [agent, user_id] = [await responder(), user()];
    const first = await call(agent, "end_user_sessions", { user_id, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { user_id, sessions_ended_time: expect.stringMatching(/Z$/) },
      operation: { evidence: "answered" },
    });
    const again = await call(agent, "end_user_sessions", { user_id, ...why });
    expect(again).toMatchObject({ operation: { id: idOf(first), replayed: true } });
    expect(await actions(user_id)).toEqual(["revoke_sessions"]);
  });
});

describe.each(CHANGES)("the outcome of %s", (tool, operation, action) => {
  it.each(["drop_after_effect", "error_after_effect"])(
    "in doubt after the effect (%s) is settled by reading back, and isn't repeated",
    async (mode) => {
      const [agent, user_id] = [await responder(), user()];
      await fault({ operation, mode, times: 1 });
      const first = await call(agent, tool, { user_id, ...why });
      expect(first).toMatchObject({ error: { kind: "in_doubt", code: "outcome_unknown" } });
      expect(await settled(idOf(first))).toMatchObject({ state: "succeeded" });
      expect(await call(agent, tool, { user_id, ...why })).toMatchObject({
        data: { user_id },
        operation: { id: idOf(first), evidence: "read_back", replayed: true },
      });
      expect(await actions(user_id)).toEqual([action]);
    },
  );

  it("in doubt without an effect isn't taken for done, nor sent again while it could still land", async () => {
    const [agent, user_id] = [await responder(), user()];
    await fault({ operation, mode: "reset", times: 1 });
    const first = await call(agent, tool, { user_id, ...why });
    expect(first).toMatchObject({ error: { kind: "in_doubt" } });
    expect(await call(agent, tool, { user_id, ...why })).toMatchObject({
      error: { code: expect.any(String) },
    });
    expect(await actions(user_id)).toEqual([]);
  });

  it("after a page in place of Okta's answer is in doubt, too", async () => {
    const [agent, user_id] = [await responder(), user()];
    await fault({ operation, mode: "html", status: 403, times: 1 });
    expect(await call(agent, tool, { user_id, ...why })).toMatchObject({ error: { kind: "in_doubt" } });
  });

  it.each([
    [{ mode: "rate_limit", delay_ms: 1000 }, "rate_limited"],
    [{ mode: "status", status: 403 }, "credential_rejected"],
  ])("refused by Okta (%o) had no effect, and the same operation is tried again", async (given, code) => {
    const [agent, user_id] = [await responder(), user()];
    await fault({ operation, ...given, times: 1 });
    const first = await call(agent, tool, { user_id, ...why });
    expect(first).toMatchObject({ error: { code }, operation: { state: "failed_safe" } });
    expect(await call(agent, tool, { user_id, ...why })).toMatchObject({
      status: "ok",
      operation: { id: idOf(first), replayed: false },
    });
    expect(await actions(user_id)).toEqual([action]);
  });
});

// Last: it ends every token that Okta gave out, and a refused token would take the place of another fault.
it.each(CHANGES)(
  "%s with a token that Okta no longer takes is one effect",
  async (tool, operation, action) => {
    const [agent, user_id] = [await responder(), user()];
    await fault({ operation, mode: "expire_tokens" });
    expect(await call(agent, tool, { user_id, ...why })).toMatchObject({ status: "ok" });
    expect(await actions(user_id)).toEqual([action]);
  },
);
