import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import type { Requester } from "../../src/effect/machine/operation.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { ConsoleBrowser, consoleOf, csrfOn } from "../support/worker/console.ts";
import { freshDevices } from "../support/worker/devices.ts";
import { effectOf, held } from "../support/worker/held.ts";
import { change, watchIdentityProvider } from "../support/worker/identity-provider.ts";
import { lab } from "../support/worker/lab.ts";
import { connect } from "../support/worker/oauth.ts";
import { operationOnce } from "../support/worker/operations.ts";
import { age, chainOf, personKeyOf, personOf, sessionOf } from "../support/worker/person.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const why = { reason: "Test of confirmation" };
/** Changed at will by these tests, and by no others. */
const USER = "nobody";
const SCOPES = ["devices:read", "devices:contain", "scans:launch"];
const UNCONFIRMED = {
  status: "error",
  error: { kind: "transient", code: "identity_unconfirmed", retryable: true },
};

let device: () => string;
beforeAll(async () => {
  device = await freshDevices();
});
beforeEach(() => change(USER, { disabled: false, groups: ["sallyport-responders"] }));
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.clear();
  await change(USER, { disabled: false, groups: [] });
});

/** A responder who has signed in at the identity provider, which can be asked about them. */
async function responder(): Promise<Requester> {
  const { client } = await connect(USER, "devices:read devices:contain");
  const { client_id } = client;
  const session_id = await sessionOf(USER, client_id);
  const subject = `${USER}@acme.test`;
  return { subject, display: USER, person: personKeyOf(USER), session_id, client_id, roles: ["responder"] };
}

const outage = () => Promise.reject(new TypeError("Network connection lost."));

describe("somebody disabled at the identity provider and out of all groups", () => {
  const gone = () => change(USER, { disabled: true, groups: [] });

  it("contains nothing any more once their confirmation is too old for a change", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    const device_id = device();
    await gone();
    await age(requester.person, 6 * MINUTE_MS, requester.session_id);
    expect(await call(agent, "contain_device", { device_id, ...why })).toMatchObject({
      error: { kind: "permission", code: "session_revoked" },
    });
    expect(await lab.effects(device_id)).toEqual([]);
    // Loudly: every session of theirs has ended, and the audit says why.
    expect(await call(agent, "whoami")).toMatchObject({ error: { code: "session_revoked" } });
    expect(await chainOf(USER)).toContainEqual(
      expect.objectContaining({ type: "refresh", decision: "signed_out", error_kind: "permission" }),
    );
  });

  it("approves nothing any more, and the console lets go of them", async () => {
    await change(USER, { groups: ["sallyport-approvers"] });
    const browser = await consoleOf(USER);
    const { id, device_id, approval_url } = await held(device());
    const csrf = csrfOn(await browser.open(approval_url));
    await gone();
    await age(personKeyOf(USER), 6 * MINUTE_MS);
    const answer = await browser.send(approval_url, { csrf, decision: "approve", reason: "" });
    expect([answer.status, headingOf(answer.html)]).toEqual([401, "You are signed out"]);
    expect((await effectOf(id).read(id))?.state).toBe("awaiting_approval");
    expect(await lab.effects(device_id)).toEqual([]);
    expect(headingOf((await browser.open("/console")).html)).not.toBe("Overview");
  });

  it("reads on, and the provider is asked beside the answer; then they are out", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await gone();
    await age(requester.person, 16 * MINUTE_MS, requester.session_id);
    expect(await call(agent, "whoami")).toMatchObject({ status: "ok" });
    await expect.poll(async () => (await personOf(USER).standing(requester.session_id)).active).toBe(false);
    expect(await call(agent, "whoami")).toMatchObject({ error: { code: "session_revoked" } });
  });

  it("reads nothing once their confirmation is an hour old", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await gone();
    await age(requester.person, HOUR_MS + MINUTE_MS, requester.session_id);
    expect(await call(agent, "whoami")).toMatchObject({ error: { code: "session_revoked" } });
  });
});

describe("somebody who lost a role at the identity provider", () => {
  it("loses it with the change that asks", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await change(USER, { groups: ["sallyport-viewers"] });
    await age(requester.person, 6 * MINUTE_MS, requester.session_id);
    expect(await call(agent, "contain_device", { device_id: device(), ...why })).toMatchObject({
      error: { code: "role_forbids" },
    });
  });
});

describe("a confirmation", () => {
  it("is asked for once by calls that come together, and not again for a minute", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    const { asked } = watchIdentityProvider();
    await Promise.all([1, 2, 3].map(() => call(agent, "whoami")));
    await call(agent, "whoami");
    expect(asked).toEqual(["refresh_token"]);
  });

  it("isn't asked for again right after the provider failed", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    const { asked } = watchIdentityProvider(outage);
    await call(agent, "whoami");
    await call(agent, "whoami");
    expect(asked).toEqual(["refresh_token"]);
  });

  it("holds for all of a person's sessions: a sign-in anywhere counts", async () => {
    const requester = await responder();
    const agent = await agentOf(requester);
    await age(requester.person, 25 * HOUR_MS, requester.session_id);
    await consoleOf(USER);
    const { asked } = watchIdentityProvider();
    expect(await call(agent, "whoami")).toMatchObject({ status: "ok" });
    expect(asked).toEqual([]);
  });

  it("that takes too long isn't waited for, and goes on to its end", async () => {
    const requester = await responder();
    const agent = await agentOf(requester, SCOPES);
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    const answered = Promise.withResolvers<void>();
    watchIdentityProvider(async (send) => {
      await answered.promise;
      return send();
    });
    expect(await call(agent, "launch_scan", { scan_id: "10", ...why })).toMatchObject(UNCONFIRMED);
    const before = (await personOf(USER).confirm(requester.session_id, "read")).confirmed_at;
    answered.resolve();
    await expect
      .poll(async () => (await personOf(USER).confirm(requester.session_id, "read")).confirmed_at)
      .toBeGreaterThan(before);
  });
});

describe("while the identity provider can't be asked", () => {
  const aged = async (ms: number) => {
    const requester = await responder();
    const agent = await agentOf(requester, SCOPES);
    await age(requester.person, ms, requester.session_id);
    watchIdentityProvider(outage);
    return { agent, requester };
  };

  it("reads go on for a day, and no longer", async () => {
    const { agent, requester } = await aged(23 * HOUR_MS);
    expect(await call(agent, "whoami")).toMatchObject({ status: "ok" });
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    expect(await call(agent, "whoami")).toMatchObject({
      ...UNCONFIRMED,
      error: { ...UNCONFIRMED.error, next_step: expect.stringContaining(`${env.PUBLIC_URL}/console`) },
    });
  });

  it("a change that protects goes on for eight hours, and says so", async () => {
    const { agent, requester } = await aged(7 * HOUR_MS);
    const device_id = device();
    const result = await call(agent, "contain_device", { device_id, ...why });
    expect(result).toMatchObject({
      status: "ok",
      operation: { state: "succeeded", standing: "unconfirmed" },
    });
    expect(await lab.effects(device_id)).toHaveLength(1);
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    expect(await call(agent, "contain_device", { device_id: device(), ...why })).toMatchObject(UNCONFIRMED);
  });

  it("any other change waits, and nothing is sent", async () => {
    const { agent } = await aged(6 * MINUTE_MS);
    const before = await lab.requests();
    expect(await call(agent, "launch_scan", { scan_id: "10", ...why })).toMatchObject(UNCONFIRMED);
    expect(await call(agent, "release_device", { device_id: device(), ...why })).toMatchObject(UNCONFIRMED);
    expect(await lab.requests()).toBe(before);
  });

  it("decisions on changes that protect go on, on record; other actions of the console wait", async () => {
    await change(USER, { groups: ["sallyport-approvers", "sallyport-admins"] });
    const browser = await consoleOf(USER);
    const { id, approval_url } = await held(device());
    await age(personKeyOf(USER), 6 * MINUTE_MS);
    watchIdentityProvider(outage);
    const switched = await browser.post("/console/connectors/switch", {
      kind: "tool",
      name: "contain_device",
      disabled: "true",
      reason: "test",
    });
    expect([switched.status, headingOf(switched.html)]).toEqual([
      503,
      "Your identity provider can't be asked",
    ]);
    const approved = await browser.post(approval_url, { decision: "approve", reason: "" }, approval_url);
    expect(approved.url).toBe(approval_url);
    const { state, unconfirmed } = await operationOnce(id, ({ state }) => state === "succeeded");
    expect({ state, unconfirmed }).toEqual({ state: "succeeded", unconfirmed: true });
    expect((await chainOf(USER)).findLast(({ type }) => type === "console")).toMatchObject({
      decision: "allow",
      detail: { page: "decide", standing: "unconfirmed" },
    });
  });

  it("a client's refresh goes on for as long as reads do", async () => {
    const { client, tokens } = await connect(USER);
    await age(personKeyOf(USER), 23 * HOUR_MS);
    watchIdentityProvider(outage);
    expect((await client.refresh(tokens.refresh_token)).scope).toBe("devices:read");
    expect((await chainOf(USER)).at(-1)).toMatchObject({
      type: "refresh",
      decision: "allow",
      detail: { standing: "unconfirmed" },
    });
  });
});

describe("a provider that gives no refresh token", () => {
  /** As if its answer to the sign-in had held none. */
  const withoutToken = async () => {
    const network = globalThis.fetch;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const answer = await network(input, init);
      const url = input instanceof Request ? input.url : String(input);
      if (url !== `${env.OIDC_ISSUER}/token`) return answer;
      const { refresh_token: _, ...rest } = await answer.json<Record<string, unknown>>();
      return Response.json(rest, answer);
    });
  };

  it("vouches for an hour for changes, and for a day for reads", async () => {
    // Nobody is renewable whose last session has ended.
    await personOf(USER).revoke("all", "admin@acme.test");
    await withoutToken();
    const requester = await responder();
    const agent = await agentOf(requester);
    await age(requester.person, 59 * MINUTE_MS, requester.session_id);
    expect(await call(agent, "contain_device", { device_id: device(), ...why })).toMatchObject({
      status: "ok",
      operation: { state: "succeeded" },
    });
    await age(requester.person, 2 * MINUTE_MS, requester.session_id);
    expect(await call(agent, "contain_device", { device_id: device(), ...why })).toMatchObject(UNCONFIRMED);
    await age(requester.person, 22 * HOUR_MS, requester.session_id);
    expect(await call(agent, "whoami")).toMatchObject({ status: "ok" });
    await age(requester.person, 2 * HOUR_MS, requester.session_id);
    expect(await call(agent, "whoami")).toMatchObject(UNCONFIRMED);
  });

  it("is asked by a redirect of the console, without a page of its own", async () => {
    await personOf(USER).revoke("all", "admin@acme.test");
    await withoutToken();
    const browser = new ConsoleBrowser();
    await browser.signIn(USER);
    await age(personKeyOf(USER), HOUR_MS + MINUTE_MS);
    const page = await browser.open("/console/sessions");
    expect([page.status, new URL(page.url).pathname]).toEqual([200, "/console/sessions"]);
    const asked = browser.trace
      .map(({ url }) => new URL(url))
      .filter(({ pathname }) => pathname === "/oidc/auth");
    expect(asked.map(({ searchParams }) => searchParams.get("prompt"))).toEqual([null, "none"]);
    // Where the provider doesn't remember them either, they sign in there.
    await age(personKeyOf(USER), HOUR_MS + MINUTE_MS);
    await change(USER, { disabled: true });
    expect((await browser.open("/console/sessions")).html).toContain('name="password"');
  });
});
