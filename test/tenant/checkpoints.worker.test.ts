import { applyD1Migrations, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { acceptedKeys } from "../../src/audit/sign/integrity-settings.ts";
import { signerWith } from "../../src/audit/sign/signer.ts";
import { storeRecords } from "../../src/audit/store/store.ts";
import { GENESIS } from "../../verifier/event/chain-head.ts";
import {
  checkpointDigest,
  nextCheckpoint,
  readCheckpoint,
  readHeads,
} from "../../verifier/proof/checkpoint.ts";
import { readPublicKey, verifiedStatement } from "../../verifier/proof/signature.ts";
import { recordOf } from "../audit/chain-fixture.ts";
import { newSigner } from "../audit/signed-fixture.ts";
import {
  begin,
  chainSince,
  found,
  proofs,
  quietTenant,
  tenant,
  tenantStored,
} from "../support/worker/attested.ts";
import { reach } from "../support/worker/oauth.ts";

const NOW = Date.now();
const HOUR = 3_600_000;

let error: MockInstance<typeof console.error>;
beforeEach(async () => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  // The lists here are whole: nobody but the test says when the tenant's own chain is among what is stored.
  await quietTenant();
});
afterEach(() => {
  error.mockRestore();
});

async function checkpoints() {
  const { results } = await env.DB.prepare("SELECT n, jws, heads FROM audit_checkpoints ORDER BY n").all<{
    n: number;
    jws: string;
    heads: string;
  }>();
  return results;
}

function alerts(name: string): Record<string, unknown>[] {
  return error.mock.calls
    .map(([line]) => JSON.parse(String(line)) as Record<string, unknown>)
    .filter((line) => line.alert === name);
}

describe("a checkpoint", () => {
  test("is signed over where every chain ends, and bound into the tenant's chain", async () => {
    const one = chainSince("session/a/1", 5, NOW);
    const other = chainSince("effect/b/1", 2, NOW);
    await begin(one);
    await begin(other);
    await tenant().attest(NOW);
    const [checkpoint] = await checkpoints();
    const statement = readCheckpoint(
      await verifiedStatement(checkpoint?.jws ?? "", "checkpoint", await acceptedKeys(env)),
    );
    expect(statement).toMatchObject({ n: 1, chains: 2, prev: GENESIS.hash });
    expect(readHeads(checkpoint?.heads ?? "")).toEqual([
      ["effect/b/1", 2, other.at(-1)?.hash],
      ["session/a/1", 5, one.at(-1)?.hash],
    ]);
    await tenantStored();
    const bound = await env.DB.prepare(
      "SELECT event FROM audit_events WHERE type = 'checkpoint' AND chain LIKE 'tenant/%'",
    ).first<{ event: string }>();
    expect(JSON.parse(bound?.event ?? "{}").detail).toEqual({
      n: 1,
      digest: checkpointDigest(checkpoint?.jws ?? ""),
      chains: 2,
    });
  });

  test("lists only what went on since the one before, and names that one", async () => {
    const one = chainSince("session/a/1", 5, NOW);
    await begin(one.slice(0, 3));
    await begin(chainSince("session/b/1", 2, NOW));
    await tenant().attest(NOW);
    await storeRecords(env.DB, one.slice(3));
    await tenant().attest(NOW + 1);
    const [first, second] = await checkpoints();
    expect(readHeads(second?.heads ?? "")).toEqual([["session/a/1", 5, one.at(-1)?.hash]]);
    const statement = readCheckpoint(
      await verifiedStatement(second?.jws ?? "", "checkpoint", await acceptedKeys(env)),
    );
    expect(statement?.prev).toBe(checkpointDigest(first?.jws ?? ""));
  });

  test("isn't made because of the last one, but once an hour so that silence means something", async () => {
    await begin(chainSince("session/a/1", 2, NOW));
    await tenant().attest(NOW);
    for (let minute = 1; minute < 4; minute++) {
      await tenantStored();
      await tenant().attest(NOW + minute * 60_000);
    }
    // The chain's registration is an event of the tenant's; what follows are only checkpoints.
    expect((await checkpoints()).map(({ n }) => n)).toEqual([1, 2]);
    await tenant().attest(NOW + HOUR + 61_000);
    expect(await checkpoints()).toHaveLength(3);
  });

  test("is made once an hour, too, after the clock has gone back", async () => {
    await begin(chainSince("session/a/1", 2, NOW));
    for (const now of [NOW + 24 * HOUR, NOW + 24 * HOUR + 1]) {
      await tenant().attest(now);
      await tenantStored();
    }
    expect(await checkpoints()).toHaveLength(2);
    for (const now of [NOW, NOW + 1]) {
      await tenant().attest(now);
      await tenantStored();
    }
    expect(await checkpoints()).toHaveLength(3);
    expect(await found()).toEqual([]);
  });

  test("takes a chain no further than it is whole, and further once the gap has closed", async () => {
    const records = chainSince("session/a/1", 6, NOW);
    await begin(records.filter(({ seq }) => seq !== 3));
    await tenant().attest(NOW);
    await storeRecords(env.DB, records);
    await tenant().attest(NOW + 1);
    const lists = (await checkpoints()).map(({ heads }) => readHeads(heads)?.map(([, seq]) => seq));
    expect(lists).toEqual([[2], [6]]);
  });

  test("is never signed over a chain that no object began", async () => {
    await storeRecords(env.DB, chainSince("session/forged/1", 3, NOW));
    await tenant().attest(NOW);
    const [checkpoint] = await checkpoints();
    expect(readHeads(checkpoint?.heads ?? "")).toEqual([]);
  });

  test("is never signed over what is no hash: the list would be worth nothing for any chain on it", async () => {
    const [first, second] = chainSince("session/a/1", 2, NOW);
    await begin([first ?? expect.fail(), second ?? expect.fail()]);
    await env.DB.prepare(
      "UPDATE audit_events SET hash = x'00' WHERE chain = 'session/a/1' AND seq = 2",
    ).run();
    await tenant().attest(NOW);
    const [checkpoint] = await checkpoints();
    expect(readHeads(checkpoint?.heads ?? "")).toEqual([["session/a/1", 1, first?.hash]]);
    expect(alerts("audit_diverged")).toMatchObject([{ chain: "session/a/1", seq: 2 }]);
  });

  test("covers a chain whose object came to register it after its events were stored", async () => {
    const records = chainSince("session/late/1", 3, NOW);
    await storeRecords(env.DB, records);
    await tenant().attest(NOW);
    await tenant().register({ chain: "session/late/1", hash: records[0]?.hash ?? "" });
    await tenant().attest(NOW + 1);
    expect((await checkpoints()).flatMap(({ heads }) => readHeads(heads))).toEqual([
      ["session/late/1", 3, records.at(-1)?.hash],
    ]);
  });

  test("is never signed over history that was rewritten since the last, and that is told", async () => {
    const records = chainSince("session/a/1", 4, NOW);
    await begin(records);
    await tenant().attest(NOW);
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = 'session/a/1'").run();
    const rewritten = chainSince("session/a/1", 6, NOW);
    await storeRecords(env.DB, rewritten);
    await tenant().attest(NOW + 1);
    expect(alerts("audit_diverged")).toMatchObject([{ chain: "session/a/1", seq: 5 }]);
    expect((await checkpoints()).flatMap(({ heads }) => readHeads(heads))).toHaveLength(1);
    expect(await found()).toEqual(["rewritten session/a/1 1-4"]);
  });

  test("goes to the store in the next run when the store failed in this one", async () => {
    await begin(chainSince("session/a/1", 2, NOW));
    await env.DB.prepare("ALTER TABLE audit_checkpoints RENAME TO away").run();
    await expect(runInDurableObject(tenant(), (object) => object.attest(NOW))).rejects.toThrow();
    await env.DB.prepare("ALTER TABLE away RENAME TO audit_checkpoints").run();
    await tenant().attest(NOW + 1);
    await tenantStored();
    expect((await checkpoints()).map(({ n }) => n)).toEqual([1]);
    expect(await found()).toEqual([]);
  });

  test("is made once by two runs at once", async () => {
    await begin(chainSince("session/a/1", 2, NOW));
    await Promise.all([tenant().attest(NOW), tenant().attest(NOW)]);
    expect(await checkpoints()).toHaveLength(1);
  });
});

test("a chain's end is signed, though somebody has given an event the highest number that the store has", async () => {
  const records = chainSince("session/a/1", 4, NOW);
  await begin(records.slice(0, 2));
  await tenant().attest(NOW);
  await storeRecords(env.DB, records.slice(2, 3));
  await env.DB.prepare(
    "UPDATE audit_events SET rowid = 9223372036854775807 WHERE seq = 3 AND chain = 'session/a/1'",
  ).run();
  await tenant().attest(NOW + 1);
  await storeRecords(env.DB, records.slice(3));
  await tenant().attest(NOW + 2);
  const signed = (await checkpoints()).flatMap(({ heads }) => readHeads(heads) ?? []);
  expect(signed).toContainEqual(["session/a/1", 4, records[3]?.hash]);
});

describe("somebody has taken the next checkpoint's place in the store", () => {
  const take = (jws: string, heads: string) =>
    env.DB.prepare("INSERT INTO audit_checkpoints (n, at, jws, heads) VALUES (2, 'then', ?, ?)")
      .bind(jws, heads)
      .run();

  beforeEach(async () => {
    await begin(chainSince("session/a/1", 2, NOW));
    await tenant().attest(NOW);
    await tenantStored();
  });

  test.each<[string, (first: string) => Promise<unknown>]>([
    ["with what nobody signed", () => take("e30.e30.e30", "[]")],
    ["with what was signed for another", (first) => take(first, "[]")],
    [
      "with what is no text, as long as the store takes",
      () =>
        env.DB.prepare(
          "INSERT INTO audit_checkpoints VALUES (2, 'then', zeroblob(3), zeroblob(900000))",
        ).run(),
    ],
  ])("%s: it is signed over, told of and kept", async (_how, occupy) => {
    const [first] = await checkpoints();
    await occupy(first?.jws ?? "");
    await tenant().attest(NOW + 1);
    await tenantStored();
    expect(await found()).toEqual(["conflict checkpoint 2"]);
    expect((await checkpoints()).map(({ n }) => n)).toEqual([1, 2]);
    expect(alerts("audit_conflict")).toMatchObject([{ chain: "checkpoint", seq: 2, seen_by: "object" }]);
    const [conflict] = (await env.DB.prepare("SELECT seq, offered_event FROM audit_conflicts").all()).results;
    expect(conflict).toMatchObject({ seq: 2, offered_event: expect.stringContaining('"n":2') });
    const told = await env.DB.prepare(
      "SELECT COUNT(*) AS n FROM audit_events WHERE decision = 'displace'",
    ).first("n");
    expect(told).toBe(1);
  });

  test("and takes it away again in the middle: its own one is there", async () => {
    await take("e30.e30.e30", "[]");
    await env.DB.prepare(
      `CREATE TRIGGER away AFTER INSERT ON audit_conflicts
       BEGIN DELETE FROM audit_checkpoints WHERE n = NEW.seq; END`,
    ).run();
    await tenant().attest(NOW + 1);
    expect((await checkpoints()).map(({ n }) => n)).toEqual([1, 2]);
  });

  test("by a list that isn't the signed one, under the very statement: its own list comes back", async () => {
    await runInDurableObject(tenant(), async (object, { storage }) => {
      await object.attest(NOW + 1);
      const [, second] = await checkpoints();
      // As if the object had died before it knew that the store has it.
      storage.sql.exec(
        "INSERT INTO unstored_checkpoints VALUES (2, 'then', ?, ?)",
        second?.jws ?? "",
        second?.heads ?? "",
      );
    });
    await env.DB.prepare("UPDATE audit_checkpoints SET heads = '[]' WHERE n = 2").run();
    await tenant().attest(NOW + 2);
    await tenantStored();
    expect(await found()).toEqual(["conflict checkpoint 2"]);
  });

  test("with another one by its own key: it says so and leaves both to a person", async () => {
    const signer = await signerWith(env.CHECKPOINT_PRIVATE_KEY);
    const [first] = await checkpoints();
    const previous = { seq: 1, hash: checkpointDigest(first?.jws ?? "") };
    const { statement, list } = nextCheckpoint(previous, [], new Date(NOW - HOUR).toISOString());
    const forgotten = await signer.sign("checkpoint", statement);
    await take(forgotten, list);
    await expect(runInDurableObject(tenant(), (object) => object.attest(NOW + 1))).rejects.toThrow(
      "another checkpoint 2 by an accepted key",
    );
    expect((await checkpoints())[1]?.jws).toBe(forgotten);
  });
});

describe("what signatures catch that hashes don't", () => {
  const CHAIN = "session/a/1";
  beforeEach(async () => {
    await begin(chainSince(CHAIN, 4, NOW));
    await begin(chainSince("session/b/1", 2, NOW));
    await tenant().attest(NOW);
    await tenantStored();
    expect(await found()).toEqual([]);
  });

  test("a chain that is gone altogether", async () => {
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = ?").bind(CHAIN).run();
    expect(await found()).toEqual([`missing_chain ${CHAIN} 1-4`]);
  });

  test("a chain whose end is gone", async () => {
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = ? AND seq > 2").bind(CHAIN).run();
    expect(await found()).toEqual([`cut_tail ${CHAIN} 3-4`]);
  });

  test("a last event that was edited and hashed anew", async () => {
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = ? AND seq = 4").bind(CHAIN).run();
    const forged = chainSince(CHAIN, 4, NOW + 5_000).at(-1);
    const { results } = await env.DB.prepare("SELECT hash FROM audit_events WHERE chain = ? AND seq = 3")
      .bind(CHAIN)
      .all<{ hash: string }>();
    const text = (forged?.event ?? "").replace(forged?.prev ?? "", results[0]?.hash ?? "");
    await storeRecords(env.DB, [recordOf(text)]);
    expect(await found()).toEqual([`edited ${CHAIN} 4`]);
  });

  test.each([
    [
      "a checkpoint that somebody else signed",
      "jws = replace(jws, substr(jws, -20), 'AAAAAAAAAAAAAAAAAAAA')",
      ["forged checkpoint 1"],
    ],
    ["a list that isn't the one that was signed", "heads = '[]'", ["edited checkpoint 1"]],
    ["a checkpoint under another number", "n = 2", ["removed checkpoint 1", "reordered checkpoint 2"]],
  ])("%s", async (_what, change, expected) => {
    await env.DB.prepare(`UPDATE audit_checkpoints SET ${change} WHERE n = 1`).run();
    expect(await found()).toEqual(expected);
  });
});

test("an object that begins a chain has it registered by its alarm, and the chain's events are found under it", async () => {
  const hash = "a".repeat(64);
  await tenant().register({ chain: "session/x/1", hash });
  await tenant().register({ chain: "session/x/1", hash });
  const begun = await runInDurableObject(tenant(), (_object, { storage }) =>
    storage.sql.exec<{ event: string }>("SELECT event FROM audit_outbox").toArray(),
  );
  const details = begun
    .map(({ event }) => JSON.parse(event))
    .filter(({ type, detail }) => type === "chain" && detail.chain === "session/x/1");
  expect(details).toMatchObject([{ decision: "begin", detail: { chain: "session/x/1", hash } }]);
});

test("the latest checkpoint is published for anyone, with the keys and without a list", async () => {
  await begin(chainSince("session/secret-session/1", 2, NOW));
  const fetch = (path: string) => reach(`${env.PUBLIC_URL}${path}`, {});
  expect((await fetch("/audit/checkpoint")).status).toBe(404);
  await tenant().attest(NOW);
  const response = await fetch("/audit/checkpoint");
  const text = await response.text();
  expect(response.headers.get("cache-control")).toMatch(/^public, max-age=\d+$/);
  expect(text).not.toContain("secret-session");
  const { checkpoint, statement, keys, public_keys } = JSON.parse(text);
  expect(await Promise.all(public_keys.map(readPublicKey))).toEqual(keys);
  expect(await verifiedStatement(checkpoint, "checkpoint", keys)).toEqual(statement);
  expect(await (await fetch("/audit/checkpoint/1")).json()).toMatchObject({ checkpoint });
  expect((await fetch("/audit/checkpoint/2")).status).toBe(404);
  expect((await fetch("/audit/checkpoint/0")).status).toBe(404);
  expect(JSON.stringify(await proofs())).toContain("secret-session");
});

test("what nobody signed isn't published, and the latest is the last that was signed", async () => {
  const published = async (path: string) => {
    const response = await reach(`${env.PUBLIC_URL}${path}`, {});
    return response.ok ? ((await response.json()) as { checkpoint: string }).checkpoint : response.status;
  };
  await begin(chainSince("session/a/1", 2, NOW));
  await tenant().attest(NOW);
  const [first] = await checkpoints();
  const forge = env.DB.prepare(
    "INSERT INTO audit_checkpoints (n, at, jws, heads) VALUES (?, 'then', ?, '[]')",
  );
  const previous = { ...GENESIS, seq: 999_999_999 };
  const { statement } = nextCheckpoint(previous, [], new Date(NOW + 1).toISOString());
  const forged = await (await newSigner()).sign("checkpoint", statement);
  await env.DB.batch([forge.bind(2, first?.jws), forge.bind(1_000_000_000, forged)]);
  expect(await published("/audit/checkpoint")).toBe(first?.jws);
  expect(await published("/audit/checkpoint/1")).toBe(first?.jws);
  expect(await published("/audit/checkpoint/2")).toBe(404);
  expect(await published("/audit/checkpoint/1000000000")).toBe(404);
});
