import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PersonObject } from "../../src/person/person-object.ts";
import { change, watchIdentityProvider } from "../support/worker/identity-provider.ts";
import { connect, newClient, oauthError } from "../support/worker/oauth.ts";
import { age, chainOf, eventsOf, personKeyOf, personOf, sessionOf } from "../support/worker/person.ts";

/** Changed at will by these tests, and by no others. */
const USER = "nobody";
const DAY_MS = 24 * 60 * 60_000;
/** Nobody asks the provider twice in a minute: has that minute pass. */
const later = () => age(personKeyOf(USER), 60_000);

beforeEach(() => change(USER, { disabled: false, groups: ["sallyport-responders"] }));
afterEach(async () => {
  vi.restoreAllMocks();
  await change(USER, { disabled: false, groups: [] });
});

describe("a refresh", () => {
  test("renews the sign-in at the identity provider, each time with the token that it got last", async () => {
    const { asked } = watchIdentityProvider();
    const { client, tokens } = await connect(USER);
    const second = await client.refresh(tokens.refresh_token);
    await later();
    await client.refresh(second.refresh_token);
    expect(asked).toEqual(["authorization_code", "refresh_token", "refresh_token"]);
    const refreshes = (await eventsOf(USER, client.client_id)).filter(({ type }) => type === "refresh");
    expect(refreshes.map(({ decision }) => decision)).toEqual(["allow", "allow"]);
  });

  test("of many clients at the same time asks the identity provider once", async () => {
    const connected = [await connect(USER), await connect(USER), await connect(USER)];
    const asking = vi.spyOn(PersonObject.prototype, "refreshUpstream");
    // The provider answers no sooner than all three have come to the object that asks it.
    const together = Promise.withResolvers<void>();
    const { asked } = watchIdentityProvider(async (send) => {
      await together.promise;
      return send();
    });
    const refreshing = Promise.all(
      connected.map(({ client, tokens }) => client.refresh(tokens.refresh_token)),
    );
    await expect.poll(() => asking.mock.calls.length).toBe(connected.length);
    together.resolve();
    await refreshing;
    expect(asked).toEqual(["refresh_token"]);
  });

  test("is refused to somebody disabled upstream, and all of their sessions end", async () => {
    const one = await connect(USER);
    const other = await connect(USER);
    await change(USER, { disabled: true });
    expect(await oauthError(one.client.refresh(one.tokens.refresh_token))).toBe("invalid_grant");

    for (const { client } of [one, other]) {
      const session_id = await sessionOf(USER, client.client_id);
      expect(await personOf(USER).standing(session_id)).toMatchObject({ active: false });
      const ends = (await eventsOf(USER, client.client_id)).filter(({ type }) => type === "session");
      expect(ends).toMatchObject([
        { decision: "signed_out", session_id, detail: { reason: "upstream_refused" } },
      ]);
    }
    expect(await chainOf(USER)).toContainEqual(
      expect.objectContaining({ type: "refresh", decision: "signed_out", error_kind: "permission" }),
    );
    // Enabling the account doesn't bring back what was lost: the person has to come in person.
    await change(USER, { disabled: false });
    expect(await oauthError(other.client.refresh(other.tokens.refresh_token))).toBe("invalid_grant");
  });

  test("takes away at once what a person's groups no longer give", async () => {
    const { client, tokens } = await connect(USER, "devices:read devices:contain");
    const session_id = await sessionOf(USER, client.client_id);
    const before = await personOf(USER).standing(session_id);
    expect(before).toMatchObject({ active: true, roles: ["responder"] });
    await change(USER, { groups: ["sallyport-viewers"] });
    await client.refresh(tokens.refresh_token);
    const after = await personOf(USER).standing(session_id);
    expect(after).toMatchObject({ active: true, roles: ["viewer"] });
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect(await chainOf(USER)).toContainEqual(
      expect.objectContaining({
        decision: "roles_changed",
        roles: ["viewer"],
        detail: { roles_before: ["responder"] },
      }),
    );
  });

  test("is refused to somebody who was removed from every group", async () => {
    const { client, tokens } = await connect(USER);
    await change(USER, { groups: ["marketing"] });
    expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("invalid_grant");
    const ends = (await eventsOf(USER, client.client_id)).filter(({ type }) => type === "session");
    expect(ends).toMatchObject([{ decision: "signed_out", detail: { reason: "no_role" } }]);
  });

  test.each([
    ["doesn't answer", () => Promise.reject(new TypeError("Network connection lost."))],
    ["fails", async () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["is overloaded", async () => Response.json({ error: "temporarily_unavailable" }, { status: 429 })],
    ["refuses us, not the person", async () => Response.json({ error: "invalid_client" }, { status: 401 })],
  ])(
    "waits while the identity provider %s and its word is a day old, and nothing is lost",
    async (_how, outage) => {
      const { client, tokens } = await connect(USER);
      await age(personKeyOf(USER), DAY_MS);
      watchIdentityProvider(outage);
      expect(await oauthError(client.refresh(tokens.refresh_token))).toBe("temporarily_unavailable");
      const session_id = await sessionOf(USER, client.client_id);
      expect(await personOf(USER).standing(session_id)).toMatchObject({ active: true });
      vi.restoreAllMocks();
      await later();
      expect((await client.refresh(tokens.refresh_token)).scope).toBe("devices:read");
      const refreshes = (await eventsOf(USER, client.client_id)).filter(({ type }) => type === "refresh");
      expect(refreshes.map(({ decision }) => decision)).toEqual(["hold", "allow"]);
    },
  );

  test("whose answer was lost is told from a person who was signed out", async () => {
    const { client, tokens } = await connect(USER);
    // The provider rotates, and nobody hears of it: to the provider, the older token is a thief's from now on.
    watchIdentityProvider(async (send) => {
      await send();
      throw new TypeError("Network connection lost.");
    });
    const { refresh_token } = await client.refresh(tokens.refresh_token);
    vi.restoreAllMocks();
    await later();
    expect(await oauthError(client.refresh(refresh_token))).toBe("invalid_grant");
    const ends = (await eventsOf(USER, client.client_id)).filter(({ type }) => type === "session");
    expect(ends).toMatchObject([{ detail: { reason: "upstream_refused_after_interruption" } }]);
  });

  test("that a new sign-in overtakes doesn't sign the person out", async () => {
    const { client, tokens } = await connect(USER);
    const begun = Promise.withResolvers<void>();
    const overtaken = Promise.withResolvers<void>();
    watchIdentityProvider(async () => {
      begun.resolve();
      await overtaken.promise;
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    });
    const refreshing = client.refresh(tokens.refresh_token);
    await begun.promise;
    const newer = await connect(USER);
    overtaken.resolve();
    await refreshing;
    vi.restoreAllMocks();
    expect((await newer.client.refresh(newer.tokens.refresh_token)).scope).toBe("devices:read");
  });
});

describe("the upstream refresh token", () => {
  test("is written down, sealed, before anything else is asked of the provider", async () => {
    const { client, tokens } = await connect(USER);
    const stored = () =>
      runInDurableObject(
        personOf(USER),
        (_instance, { storage: { sql } }) =>
          sql.exec<{ upstream_token: string }>("SELECT upstream_token FROM person").one().upstream_token,
      );
    const before = await stored();
    let rotated = "";
    watchIdentityProvider(async (send) => {
      const answer = await send();
      const body = await answer.json<Record<string, string>>();
      rotated = body.refresh_token ?? "";
      // An answer that openid-client accepts and that leaves the groups to userinfo, which then fails.
      const { id_token: _, ...rest } = body;
      return Response.json({ ...rest, access_token: "not one that userinfo knows" });
    });
    const { refresh_token } = await client.refresh(tokens.refresh_token);
    expect(rotated).not.toBe("");
    const after = await stored();
    expect(after).not.toBe(before);
    expect(after).not.toContain(rotated);
    vi.restoreAllMocks();
    await later();
    expect((await client.refresh(refresh_token)).scope).toBe("devices:read");
  });

  test("is forgotten with the last session", async () => {
    const { client } = await connect(USER);
    await personOf(USER).revoke("all", "admin@acme.test");
    const token = await runInDurableObject(personOf(USER), (_instance, { storage: { sql } }) =>
      sql.exec("SELECT upstream_token FROM person").one(),
    );
    expect(token).toEqual({ upstream_token: null });
    expect(await personOf(USER).refreshUpstream(await sessionOf(USER, client.client_id))).toEqual({
      ok: false,
      reason: "revoked",
    });
  });
});

describe("somebody without any role", () => {
  test("is turned away, which the audit keeps, and gets no session", async () => {
    await change(USER, { groups: ["marketing"] });
    const client = await newClient();
    const page = client.openConsentPage({ user: USER, scope: "devices:read" });
    await expect(page).rejects.toThrow("You have no access here (HTTP 403)");
    expect((await eventsOf(USER, client.client_id)).at(-1)).toMatchObject({
      type: "sign_in",
      decision: "deny",
      error_kind: "permission",
      detail: { reason: "no_role" },
    });
    const sessions = await personOf(USER).listSessions();
    expect(sessions.filter(({ client_id }) => client_id === client.client_id)).toEqual([]);
  });
});

describe("somebody who was signed out upstream", () => {
  test("takes up the same session with the next sign-in of the same client, and that one alone", async () => {
    const mine = await connect(USER);
    const other = await connect(USER);
    const session_id = await sessionOf(USER, mine.client.client_id);
    await change(USER, { disabled: true });
    expect(await oauthError(mine.client.refresh(mine.tokens.refresh_token))).toBe("invalid_grant");
    await change(USER, { disabled: false });

    const again = await newClient({ clientId: mine.client.client_id });
    await (await again.openConsentPage({ user: USER, scope: "devices:read" })).allow();
    expect(await sessionOf(USER, again.client_id)).toBe(session_id);
    expect(await personOf(USER).standing(session_id)).toMatchObject({ active: true });
    const elsewhere = await sessionOf(USER, other.client.client_id);
    expect(await personOf(USER).standing(elsewhere)).toMatchObject({ active: false });
  });

  test("and turned away at the next sign-in loses what was left", async () => {
    const { client } = await connect(USER);
    await change(USER, { groups: [] });
    await expect(client.openConsentPage({ user: USER, scope: "devices:read" })).rejects.toThrow("HTTP 403");
    const session_id = await sessionOf(USER, client.client_id);
    expect(await personOf(USER).standing(session_id)).toMatchObject({ active: false });
  });
});
