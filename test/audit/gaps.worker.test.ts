import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { reportGaps } from "../../src/audit/gaps.ts";
import { storeAnchors, storeCheckpoint } from "../../src/audit/integrity-store.ts";
import { storeRecords } from "../../src/audit/store.ts";
import { lookBackAt } from "../../src/audit/upkeep.ts";
import { chainRecords } from "./chain-fixture.ts";

/** The fixture's events are a millisecond apart from here on. */
const FIRST_AT = 1_800_000_000_000;
const MINUTE = 60_000;

let error: MockInstance<typeof console.error>;
beforeEach(async () => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});
afterEach(() => {
  error.mockRestore();
});

async function store(chain: string, length: number, without: readonly number[]): Promise<void> {
  await storeRecords(
    env.DB,
    chainRecords(chain, length).filter(({ seq }) => !without.includes(seq)),
  );
}

test("a whole store has nothing to report", async () => {
  await store("session/a/test", 5, []);
  const report = await reportGaps(env, FIRST_AT + 2 * MINUTE);
  expect(report).toMatchObject({ gaps: [], conflicts: 0, dead_letters: 0 });
  expect(error).not.toHaveBeenCalled();
});

test("each gap is named and alerted, the missing beginning of a chain too", async () => {
  await store("session/a/test", 9, [3, 4, 7]);
  await store("session/b/test", 3, [1, 2]);
  const { gaps } = await reportGaps(env, FIRST_AT + 2 * MINUTE);
  expect(gaps.map(({ chain, from_seq, through_seq }) => [chain, from_seq, through_seq]).sort()).toEqual([
    ["session/a/test", 3, 4],
    ["session/a/test", 7, 7],
    ["session/b/test", 1, 2],
  ]);
  const alerts = error.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(alerts).toHaveLength(3);
  expect(alerts[0]).toMatchObject({ level: "error", alert: "audit_gap" });
});

test("a gap is given a minute to close: the queue doesn't keep order", async () => {
  await store("session/a/test", 3, [2]);
  expect((await reportGaps(env, FIRST_AT + MINUTE / 2)).gaps).toEqual([]);
  expect((await reportGaps(env, FIRST_AT + 2 * MINUTE)).gaps).toHaveLength(1);
});

test("a chain that began, by the tenant's word, and of which nothing arrived is named and alerted", async () => {
  await store("session/a/test", 2, []);
  const begun = (name: string) =>
    chainRecords(`tenant/${name}/test`, 1, {
      type: "chain",
      decision: "begin",
      outcome: "ok",
      detail: { chain: `session/${name}/test`, hash: "a".repeat(64) },
    });
  await storeRecords(env.DB, [...begun("a"), ...begun("lost")]);
  expect((await reportGaps(env, FIRST_AT + MINUTE / 2)).missing_chains).toEqual([]);
  expect(await reportGaps(env, FIRST_AT + 2 * MINUTE)).toMatchObject({
    missing_chains: [{ chain: "session/lost/test", since: new Date(FIRST_AT).toISOString() }],
    oldest_missing_ms: 2 * MINUTE,
  });
  expect(error.mock.calls.map(([line]) => JSON.parse(String(line)).alert)).toEqual(["audit_chain_missing"]);
});

test("what lies below an anchor is no gap", async () => {
  await store("session/a/test", 5, [1, 2]);
  expect((await reportGaps(env, FIRST_AT + 2 * MINUTE)).gaps).toHaveLength(1);
  await storeAnchors(env.DB, [{ chain: "session/a/test", seq: 2, hash: "", at: "", jws: "" }]);
  expect((await reportGaps(env, FIRST_AT + 2 * MINUTE)).gaps).toEqual([]);
});

test("the last checkpoint's age is told", async () => {
  expect((await reportGaps(env, FIRST_AT)).checkpoint).toBeNull();
  const at = new Date(FIRST_AT).toISOString();
  await storeCheckpoint(env.DB, { n: 1, at, jws: "", heads: "[]" });
  expect((await reportGaps(env, FIRST_AT + MINUTE)).checkpoint).toEqual({ n: 1, at, age_ms: MINUTE });
});

test("lag is how long the slowest of the last events took to arrive", async () => {
  await store("session/a/test", 2, []);
  const received = new Date(FIRST_AT + 2_500).toISOString();
  await env.DB.prepare("UPDATE audit_events SET received_at = ?").bind(received).run();
  expect((await reportGaps(env, FIRST_AT + MINUTE)).lag_ms).toBe(2_500);
  expect((await reportGaps(env, FIRST_AT + 60 * MINUTE)).lag_ms).toBeNull();
});

test("each minute looks back an hour, and once an hour a whole day: no gap is looked over, no event read for ever", async () => {
  await store("session/a/test", 3, [2]);
  const hour = Date.UTC(2027, 0, 15, 12);
  expect([hour, hour + MINUTE, hour + 59 * MINUTE].map(lookBackAt)).toEqual([
    24 * 60 * MINUTE,
    60 * MINUTE,
    60 * MINUTE,
  ]);
  const later = FIRST_AT + 3 * 60 * MINUTE;
  expect((await reportGaps(env, later, 60 * MINUTE)).gaps).toEqual([]);
  expect((await reportGaps(env, later, 24 * 60 * MINUTE)).gaps).toHaveLength(1);
});
