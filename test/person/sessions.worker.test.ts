import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { connect, newClient } from "../support/worker/oauth.ts";
import { chainOf, eventsOf, personOf, sessionOf } from "../support/worker/person.ts";

/** Signs `user` in again with a client that exists. */
async function again(user: string, options: Parameters<typeof newClient>[0]) {
  const client = await newClient(options);
  await (await client.openConsentPage({ user, scope: "devices:read" })).allow();
  return sessionOf(user, client.client_id);
}

describe("a session", () => {
  test("is the same for the same client, sign-in after sign-in", async () => {
    const { client } = await connect("analyst");
    const first = await sessionOf("analyst", client.client_id);
    expect(first).toMatch(/^ses_[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await again("analyst", { clientId: client.client_id })).toBe(first);
    const consents = (await eventsOf("analyst", client.client_id)).filter(({ type }) => type === "consent");
    expect(consents).toMatchObject([
      { session_id: first, detail: { resumed: false } },
      { session_id: first, detail: { resumed: true } },
    ]);
  });

  test("is the same for a native client that listens on another port each time", async () => {
    const { client } = await connect("analyst");
    const { client_id: clientId } = client;
    const first = await sessionOf("analyst", clientId);
    expect(await again("analyst", { clientId, redirectUri: "http://127.0.0.1:54321/callback" })).toBe(first);
  });

  test("is another for another person, and for another client of the same name", async () => {
    const one = await connect("analyst");
    const two = await connect("analyst");
    expect(one.client.client_id).not.toBe(two.client.client_id);
    const sessions = await Promise.all(
      [one, two].map(({ client }) => sessionOf("analyst", client.client_id)),
    );
    expect(new Set(sessions).size).toBe(2);
    const theirs = await again("viewer", { clientId: one.client.client_id });
    expect(sessions).not.toContain(theirs);
  });

  test("that was revoked never comes back: the next sign-in begins another", async () => {
    const { client } = await connect("analyst");
    const session_id = await sessionOf("analyst", client.client_id);
    await personOf("analyst").revoke({ session_id }, "admin@acme.test");
    expect(await personOf("analyst").standing(session_id)).toMatchObject({ active: false });
    const next = await again("analyst", { clientId: client.client_id });
    expect(next).not.toBe(session_id);
    expect(await personOf("analyst").standing(next)).toMatchObject({ active: true });
    expect(await personOf("analyst").standing(session_id)).toMatchObject({ active: false });
  });

  test("is nobody's if nobody knows it", async () => {
    await connect("analyst");
    expect(await personOf("analyst").standing("ses_unknown")).toMatchObject({ active: false });
    expect(await personOf("analyst").revoke({ session_id: "ses_unknown" }, "admin@acme.test")).toBe(0);
    expect(await env.PERSON.getByName("nobody knows").standing("ses_unknown")).toEqual({
      active: false,
      roles: [],
      epoch: 0,
    });
    expect(await env.PERSON.getByName("nobody knows").refreshUpstream("ses_unknown")).toEqual({
      ok: false,
      reason: "revoked",
    });
  });
});

describe("a sign-in", () => {
  const client = {
    client_id: "client",
    client_name: "Client",
    redirect_uri: "https://client.example/callback",
  };
  const signIn = (person: string) =>
    env.PERSON.getByName(person).signIn({
      person,
      subject: person,
      display: person,
      client_id: client.client_id,
      roles: ["viewer"],
      policy_version: "1",
      upstream_refresh_token: "upstream",
    });
  const consent = (person: string, sign_in_id: string) =>
    env.PERSON.getByName(person).consent({ ...client, sign_in_id, scopes: ["devices:read"] });

  test("is good for one consent, even if two arrive together", async () => {
    const { sign_in_id } = await signIn("impatient");
    const answers = await Promise.all([consent("impatient", sign_in_id), consent("impatient", sign_in_id)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await consent("impatient", "sig_made_up")).toEqual({ ok: false, reason: "expired" });
  });

  test("is good for ten minutes, and what it brought is forgotten after", async () => {
    const { sign_in_id } = await signIn("undecided");
    const later = (ms: number) =>
      runInDurableObject(env.PERSON.getByName("undecided"), (_instance, { storage: { sql } }) => {
        sql.exec("UPDATE sign_ins SET expires_at = expires_at - ?", ms);
        sql.exec("UPDATE due SET at = at - ? WHERE task = 'abandoned'", ms);
        return sql.exec("SELECT upstream_token IS NULL AS forgotten FROM person").one();
      });
    expect(await later(10 * 60_000)).toEqual({ forgotten: 0 });
    expect(await consent("undecided", sign_in_id)).toEqual({ ok: false, reason: "expired" });
    await runDurableObjectAlarm(env.PERSON.getByName("undecided"));
    expect(await later(0)).toEqual({ forgotten: 1 });
  });
});

describe("revoking", () => {
  test("everything ends every session, raises the epoch and says who did it", async () => {
    await connect("approver");
    const { client } = await connect("approver");
    const session_id = await sessionOf("approver", client.client_id);
    const { epoch } = await personOf("approver").standing(session_id);
    expect(await personOf("approver").revoke("all", "admin@acme.test")).toBe(2);
    expect((await personOf("approver").listSessions()).map(({ state }) => state)).toEqual([
      "revoked",
      "revoked",
    ]);
    expect((await personOf("approver").standing(session_id)).epoch).toBeGreaterThan(epoch);
    const revoked = (await chainOf("approver")).filter(({ decision }) => decision === "revoked");
    expect(revoked).toHaveLength(2);
    expect(revoked[0]?.detail).toEqual({ by: "admin@acme.test" });
    expect(await personOf("approver").revoke("all", "admin@acme.test")).toBe(0);
  });

  test("also takes the consent page that is still open", async () => {
    const { client } = await connect("approver");
    const page = await client.openConsentPage({ user: "approver", scope: "devices:read" });
    await personOf("approver").revoke("all", "admin@acme.test");
    const answer = await page.press("approve");
    expect(answer.status).toBe(400);
    const session_id = await sessionOf("approver", client.client_id);
    expect(await personOf("approver").standing(session_id)).toMatchObject({ active: false });
  });

  test("doesn't answer before the session knows, and goes on until it does", async () => {
    const { client } = await connect("auditor", "audit:read");
    const session_id = await sessionOf("auditor", client.client_id);
    const session = env.SESSION.getByName(session_id);
    const recordIn = (table: string) =>
      runInDurableObject(session, (_instance, { storage: { sql } }) =>
        JSON.parse(sql.exec<{ record: string }>(`SELECT record FROM ${table}`).one().record),
      );
    const rename = (from: string, to: string) =>
      runInDurableObject(session, (_instance, { storage: { sql } }) => {
        sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
      });

    await rename("session", "out_of_reach");
    // Called inside the object: an error that crosses an RPC counts as unhandled on its other side.
    const revoke = runInDurableObject(personOf("auditor"), (person) =>
      person.revoke({ session_id }, "admin@acme.test").catch(String),
    );
    expect(await revoke).toContain("1 of 1 sessions could not be told");
    // Revoked all the same: what asks the person's object learns it.
    expect(await personOf("auditor").standing(session_id)).toMatchObject({ active: false });
    expect(await recordIn("out_of_reach")).toMatchObject({ ended: null });
    await rename("out_of_reach", "session");
    await expect.poll(() => recordIn("session"), { interval: 100 }).toMatchObject({ ended: "revoked" });
  });
});

describe("state changes", () => {
  const WINDOW_MS = 10 * 60_000;

  test("are counted once each, across sessions", async () => {
    const person = env.PERSON.getByName("counted");
    const counts: number[] = [];
    for (const id of ["op_a", "op_b", "op_a", "op_c"]) counts.push(await person.countChange(id, WINDOW_MS));
    expect(counts).toEqual([1, 2, 2, 3]);
  });

  test("no longer count once they are older than the window", async () => {
    const person = env.PERSON.getByName("counted over time");
    for (const id of ["op_a", "op_b"]) await person.countChange(id, WINDOW_MS);
    await runInDurableObject(person, (_instance, { storage: { sql } }) => {
      sql.exec("UPDATE changes SET at = at - ?", WINDOW_MS);
    });
    expect(await person.countChange("op_c", WINDOW_MS)).toBe(1);
    expect(await person.countChange("op_a", WINDOW_MS)).toBe(2);
  });

  test("can't be counted over longer than they are remembered", async () => {
    const counted = runInDurableObject(env.PERSON.getByName("counted"), (person) =>
      person.countChange("op_a", 48 * 60 * 60_000).catch(String),
    );
    expect(await counted).toContain("RangeError");
  });
});
