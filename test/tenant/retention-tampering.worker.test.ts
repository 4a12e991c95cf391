import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { GENESIS, link } from "../../src/audit/chain.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import { storeRecords } from "../../src/audit/store.ts";
import { recordOf } from "../audit/chain-fixture.ts";
import { begin, chainSince, found, seqs, tenant, tenantStored } from "../support/worker/attested.ts";

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
