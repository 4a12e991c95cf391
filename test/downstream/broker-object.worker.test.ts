import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chainTexts } from "../support/worker/chain.ts";
import { clearFaults, inject, requestsOf, resetLab } from "./lab-control.ts";

const MINT = "oauth2AccessToken";
const NAME = "crowdstrike.read";
/** Of a token of the vendor's: 1,799 s. */
const LIFE_MS = 1_799_000;

const broker = () => env.BROKER.getByName(NAME);
const mints = async () => (await requestsOf(MINT)).length;

async function lastEvent(): Promise<Record<string, unknown>> {
  return JSON.parse((await chainTexts(broker())).at(-1) ?? "{}");
}

beforeEach(async () => {
  await resetLab();
  // Its tokens live in its memory alone. Only what runs can be evicted, so it is woken first.
  await broker().health(NAME);
  await evictDurableObject(broker());
});

afterEach(() => {
  vi.useRealTimers();
});

/** From now on no time passes for the broker: what it remembers, it remembers for as long as the test lasts. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
}

describe("a broker", () => {
  test("asks the vendor once for all who wait", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => broker().token(NAME)));
    expect(new Set(answers.map((answer) => answer.ok && answer.token)).size).toBe(1);
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(await mints()).toBe(1);
  });

  test("asks once more for all whose token was refused", async () => {
    const first = await broker().token(NAME);
    const stale = first.ok ? first.token : null;
    const answers = await Promise.all(Array.from({ length: 20 }, () => broker().token(NAME, stale)));
    const tokens = new Set(answers.map((answer) => answer.ok && answer.token));
    expect(tokens.size).toBe(1);
    expect(tokens).not.toContain(stale);
    expect(await mints()).toBe(2);
  });

  test("says when its token has to be renewed, well before its end", async () => {
    stopTime();
    const answer = await broker().token(NAME);
    if (!answer.ok) throw new Error(answer.error.message);
    expect(answer.expires_at - Date.now()).toBe(LIFE_MS);
    expect(answer.expires_at - answer.renew_at).toBe(0.2 * LIFE_MS);
  });

  test("gets over two failures of the token endpoint, and records how often it asked", async () => {
    await inject({ operation: MINT, mode: "status", status: 500, times: 2 });
    expect(await broker().token(NAME)).toMatchObject({ ok: true });
    expect(await lastEvent()).toMatchObject({
      type: "credential",
      decision: "refresh",
      outcome: "ok",
      detail: { credential: NAME, vendor: "crowdstrike", attempts: 3 },
    });
  });

  test("gives up after three, says so, and records it", async () => {
    await inject({ operation: MINT, mode: "status", status: 503 });
    expect(await broker().token(NAME)).toMatchObject({
      ok: false,
      error: { kind: "transient", code: "upstream_unavailable", retryable: true, attempts: 3 },
    });
    expect(await lastEvent()).toMatchObject({
      outcome: "error",
      error_kind: "transient",
      error_code: "upstream_unavailable",
    });
    await clearFaults();
    expect(await broker().token(NAME)).toMatchObject({ ok: true });
  });

  test.each([400, 401, 403])(
    "doesn't storm a vendor that refuses the credential with %d, and names the credential",
    async (status) => {
      stopTime();
      await inject({ operation: MINT, mode: "status", status });
      for (let nth = 0; nth < 5; nth++) {
        expect(await broker().token(NAME)).toMatchObject({
          ok: false,
          error: {
            kind: "configuration",
            code: "credential_rejected",
            message: expect.stringContaining(NAME),
          },
        });
      }
      expect(await mints()).toBe(1);
      expect(await lastEvent()).toMatchObject({ outcome: "error", error_code: "credential_rejected" });
    },
  );

  test.each(["drift", "malformed", "html"])("takes no token out of an answer that is %s", async (mode) => {
    await inject({ operation: MINT, mode, status: 200 });
    expect(await broker().token(NAME)).toMatchObject({ ok: false, error: { kind: "contract" } });
  });

  test("has nothing for a name that nobody declared", async () => {
    expect(await env.BROKER.getByName("nobody").token("nobody")).toMatchObject({
      ok: false,
      error: { code: "internal" },
    });
  });
});

test("neither the secret nor a token is in what a broker records, says of its health, or writes to disk", async () => {
  const answer = await broker().token(NAME);
  if (!answer.ok) throw new Error(answer.error.message);
  await inject({ operation: MINT, mode: "status", status: 400 });
  const refused = await broker().token(NAME, answer.token);
  const health = await broker().health(NAME);
  const stored = await runInDurableObject(broker(), (_object, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray();
    return tables
      .filter(({ name }) => !name.startsWith("_cf_"))
      .map(({ name }) => JSON.stringify(storage.sql.exec(`SELECT * FROM "${name}"`).toArray()))
      .join();
  });
  expect(stored).toContain("credential_rejected");
  for (const text of [JSON.stringify(refused), JSON.stringify(health), stored]) {
    expect(text).not.toContain(env.CROWDSTRIKE_READ_CLIENT_SECRET);
    expect(text).not.toContain(answer.token);
  }
});

test("a broker's health tells how the last refresh ended and what isolates say of the circuit", async () => {
  expect(await broker().health(NAME)).toMatchObject({
    token_expires_at: null,
    last_refresh: null,
    breaker: null,
  });
  await broker().token(NAME);
  await broker().report(NAME, "open");
  expect(await broker().health(NAME)).toMatchObject({
    credential: NAME,
    vendor: "crowdstrike",
    permission: "Hosts: READ",
    token_expires_at: expect.any(String),
    last_refresh: { error_code: null },
    breaker: { state: "open" },
  });
});
