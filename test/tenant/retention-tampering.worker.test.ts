import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { link } from "../../src/audit/event/chain.ts";
import { remainsOf } from "../../src/audit/retain/retention-store.ts";
import { storeRecords } from "../../src/audit/store/store.ts";
import { GENESIS } from "../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../verifier/event/record.ts";
import { recordOf } from "../audit/chain-fixture.ts";
import {
  begin,
  chainSince,
  dropPlaceTriggers,
  found,
  proofs,
  seqs,
  signedAnchor,
  tenant,
  tenantStored,
} from "../support/worker/attested.ts";

const NOW = Date.now();
const DAY = 24 * 3_600_000;
const CHAIN = "session/a/1";

let error: MockInstance<typeof console.error>;
beforeEach(async () => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});
afterEach(() => {
  error.mockRestore();
});

function kept(): unknown[] {
  return error.mock.calls
    .map(([line]) => JSON.parse(String(line)))
    .filter(({ alert }) => alert === "audit_kept");
}

/** The chain with other subjects, every hash recomputed: nothing in it contradicts itself. */
function rewritten(records: readonly AuditRecord[], first_at: number): AuditRecord[] {
  let head = GENESIS;
  return chainSince(CHAIN, records.length, first_at).map((record) => {
    const { chain, seq: _seq, prev: _prev, tenant, event_id, at, ...fact } = JSON.parse(record.event);
    const next = link(head, { chain, tenant, event_id, at }, { ...fact, subject: "mallory" });
    head = next;
    return recordOf(next.event);
  });
}

test("young events stay, however old the column beside their text makes them", async () => {
  await begin(chainSince(CHAIN, 5, NOW - DAY));
  await tenant().attest(NOW);
  await env.DB.prepare("UPDATE audit_events SET at = '2001-01-01T00:00:00.000Z' WHERE chain = ? AND seq <= 3")
    .bind(CHAIN)
    .run();
  await tenant().attest(NOW + 1);
  await tenantStored();
  expect(await seqs(CHAIN)).toEqual([1, 2, 3, 4, 5]);
  expect(await found()).toContain(`column_mismatch ${CHAIN} 1`);
});

test("a chain that was rewritten to look old, with every hash recomputed, gets no anchor", async () => {
  const records = chainSince(CHAIN, 5, NOW - DAY);
  await begin(records);
  await tenant().attest(NOW);
  await env.DB.prepare("DELETE FROM audit_events WHERE chain = ?").bind(CHAIN).run();
  await storeRecords(env.DB, rewritten(records, NOW - 1_000 * DAY));
  await tenant().attest(NOW + 1);
  await tenantStored();
  expect(await seqs(CHAIN)).toEqual([1, 2, 3, 4, 5]);
  expect(await found()).toContain(`rewritten ${CHAIN} 1`);
  expect(kept()).not.toEqual([]);
});

test("what goes is what was signed, in a chain too long to be looked at as a whole", async () => {
  const records = chainSince(CHAIN, 450, NOW - 1_000 * DAY);
  await begin(records);
  await tenant().attest(NOW);
  await tenantStored();
  expect((await seqs(CHAIN))[0]).toBe(301);
  await tenant().attest(NOW + 1);
  await tenantStored();
  expect(await seqs(CHAIN)).toEqual([]);
  expect(await found()).toEqual([]);
});

test("of a long chain goes what lies well before a gap, and the rest stays", async () => {
  await begin(chainSince(CHAIN, 700, NOW - 1_000 * DAY));
  await tenant().attest(NOW - 100_000 * DAY);
  await env.DB.prepare("DELETE FROM audit_events WHERE chain = ? AND seq = 650").bind(CHAIN).run();
  for (let minute = 0; minute < 4; minute++) await tenant().attest(NOW + minute);
  const left = await seqs(CHAIN);
  expect([left[0], left.length]).toEqual([601, 99]);
  expect(kept()).toMatchObject([{ chain: CHAIN, seq: 651 }]);
});

test("a run reads no more of a long chain than of a short one", async () => {
  const rowsRead = async (chain: string, length: number) => {
    await begin(chainSince(chain, length, NOW - 1_000 * DAY));
    let rows = 0;
    const counting = {
      prepare: (query: string) => ({
        bind: (...values: unknown[]) => ({
          all: async () => {
            const result = await env.DB.prepare(query)
              .bind(...values)
              .all();
            rows += result.meta.rows_read;
            return result;
          },
        }),
      }),
    } as unknown as D1Database;
    const remains = await remainsOf(counting, chain, GENESIS, 100);
    expect(remains).toHaveLength(100);
    return rows;
  };
  expect(await rowsRead("session/long/1", 900)).toBe(await rowsRead("session/short/1", 200));
});

describe("an anchor that is in the store before the one that retention signs", () => {
  const put = (seq: number, hash: string, jws: string) =>
    env.DB.prepare("INSERT INTO audit_anchors VALUES (?, ?, ?, 'then', ?)").bind(CHAIN, seq, hash, jws).run();
  let records: AuditRecord[];

  beforeEach(async () => {
    records = chainSince(CHAIN, 5, NOW - 1_000 * DAY, 250 * DAY);
    await begin(records);
  });

  test.each<[string, number, number]>([
    ["raised over young events", 5, 4],
    ["raised beyond the chain's end", 1_000_000_000, 4],
    ["about the very event that is to go", 3, 2],
  ])(
    "and that nobody signed, %s, lets nothing go, is told of, and isn't in the way",
    async (_how, seq, nth) => {
      await put(seq, records[nth]?.hash ?? "", "e30.e30.e30");
      await tenant().attest(NOW);
      await tenantStored();
      expect(await seqs(CHAIN)).toEqual([4, 5]);
      expect(await found()).toEqual([]);
      const alerts = error.mock.calls.map(([line]) => JSON.parse(String(line)));
      expect(alerts).toMatchObject([{ alert: "audit_conflict", chain: CHAIN, found: { seq } }]);
      const told = await env.DB.prepare(
        "SELECT COUNT(*) AS n FROM audit_events WHERE type = 'retention' AND decision = 'displace'",
      ).first("n");
      expect(told).toBe(1);
    },
  );

  test("by its own key, higher than it remembers, stays, and so do the events", async () => {
    const anchor = await signedAnchor(CHAIN, { seq: 5, hash: records[4]?.hash ?? "" });
    await put(anchor.seq, anchor.hash, anchor.jws);
    await tenant().attest(NOW);
    expect(await seqs(CHAIN)).toEqual([1, 2, 3, 4, 5]);
    expect(await proofs()).toContainEqual(expect.objectContaining({ kind: "anchor", jws: anchor.jws }));
    expect(kept()).toMatchObject([{ chain: CHAIN, seq: 3 }]);
  });
});

test("texts longer than an event's are not read whole by retention, and stay", async () => {
  await begin(chainSince(CHAIN, 5, NOW - 1_000 * DAY));
  await tenant().attest(NOW - 100_000 * DAY);
  await env.DB.prepare("UPDATE audit_events SET event = event || ? WHERE chain = ? AND seq = 2")
    .bind(" ".repeat(900_000), CHAIN)
    .run();
  const rows = await remainsOf(env.DB, CHAIN, GENESIS, 5);
  expect(JSON.stringify(rows).length).toBeLessThan(100_000);
  await tenant().attest(NOW);
  expect(await seqs(CHAIN)).toEqual([1, 2, 3, 4, 5]);
  expect(kept()).toMatchObject([{ chain: CHAIN, seq: 2 }]);
});

test("an event that says it is of the checkpoints' chain doesn't keep the checkpoints from going", async () => {
  await begin(chainSince(CHAIN, 2, NOW - 500 * DAY));
  await tenant().attest(NOW - 450 * DAY);
  await tenantStored();
  await dropPlaceTriggers();
  await storeRecords(env.DB, [
    { ...(chainSince(CHAIN, 1, NOW - 900 * DAY)[0] ?? expect.fail()), chain: "checkpoint" },
  ]);
  for (let hour = 0; hour < 4; hour++) {
    await tenant().attest(NOW + hour * 4_000_000);
    await tenantStored();
  }
  expect((await proofs()).find(({ kind }) => kind === "checkpoint")).toMatchObject({ n: 2 });
});

test("a chain that was left alone by a clock far ahead isn't left alone until then", async () => {
  const late = chainSince("session/late/1", 5, NOW - 1_000 * DAY);
  await storeRecords(env.DB, late);
  await tenant().attest(NOW + 300 * DAY);
  await tenant().register({ chain: "session/late/1", hash: late[0]?.hash ?? "" });
  await tenant().attest(NOW);
  expect(await seqs("session/late/1")).toEqual([]);
});

describe("a checkpoint", () => {
  const numbers = async () =>
    (await proofs()).flatMap((proof) => (proof.kind === "checkpoint" ? [proof.n] : []));

  /** Three checkpoints, the first 450 days old. No chain needs the first two lists any more. */
  async function signed(second_at = NOW - 450 * DAY + 7_200_000): Promise<void> {
    await begin(chainSince(CHAIN, 2, NOW - 500 * DAY));
    await tenant().attest(NOW - 450 * DAY);
    await tenantStored();
    await tenant().attest(second_at);
    await tenantStored();
    await tenant().attest(NOW);
    await tenantStored();
    expect(await seqs(CHAIN)).toEqual([]);
  }

  async function tamper(change: string): Promise<void> {
    await env.DB.prepare(`UPDATE audit_checkpoints SET ${change}`).run();
  }

  async function retain(): Promise<void> {
    for (let run = 1; run < 4; run++) {
      await tenant().attest(NOW + run);
      await tenantStored();
    }
  }

  test("goes when it is old by its own word", async () => {
    await signed();
    await retain();
    expect((await numbers())[0]).toBe(3);
    expect(await found()).toEqual([]);
  });

  test("stays when only the column beside its statement makes it old", async () => {
    await signed(NOW - DAY);
    await tamper("at = '2001-01-01T00:00:00.000Z' WHERE n = 2");
    await retain();
    expect((await numbers())[0]).toBe(2);
    expect(await found()).toEqual([]);
  });

  test.each<[string, (jws: string) => string]>([
    // The last of 86 characters carries four bits that aren't of the 64 bytes: as good a signature, another digest.
    [
      "its signature is written otherwise",
      (jws) => `jws = '${jws.slice(0, -1)}${String.fromCharCode(jws.charCodeAt(jws.length - 1) + 1)}'`,
    ],
    ["nobody signed it", () => "jws = 'e30.e30.e30'"],
    ["its list is another", () => "heads = '[]'"],
  ])("stays when %s, and so does every one after it: it is evidence", async (_how, change) => {
    await signed();
    const [first] = (await proofs()).filter(({ kind }) => kind === "checkpoint");
    await tamper(`${change(first?.jws ?? "")} WHERE n = 1`);
    await retain();
    expect((await numbers()).slice(0, 3)).toEqual([1, 2, 3]);
    expect(kept()).toMatchObject([{ chain: "checkpoint" }]);
  });
});
