import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { type Signer, signerWith } from "../../../src/audit/sign/signer.ts";
import { storeAnchors, storeCheckpoint } from "../../../src/audit/store/integrity-store.ts";
import { storeRecords } from "../../../src/audit/store/store.ts";
import { reportGaps } from "../../../src/audit/watch/gaps.ts";
import { lookBackAt } from "../../../src/audit/watch/upkeep.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import { nextCheckpoint } from "../../../verifier/proof/checkpoint.ts";
import { chainRecords } from "../chain-fixture.ts";
import { newSigner } from "../signed-fixture.ts";

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

describe("an anchor", () => {
  const [CHAIN, LOST] = ["session/a/test", "session/lost/test"];
  const HASH = "a".repeat(64);
  const at = new Date(FIRST_AT).toISOString();
  const LATER = FIRST_AT + 2 * MINUTE;

  async function anchored(signer: Signer, chain: string, seq: number): Promise<void> {
    const jws = await signer.sign("anchor", { chain, seq, hash: HASH, at });
    await storeAnchors(env.DB, [{ chain, seq, hash: HASH, at, jws }]);
  }

  /** A chain whose beginning is missing, and one that is missing altogether. */
  async function missing(): Promise<void> {
    await store(CHAIN, 5, [1, 2]);
    const detail = { chain: LOST, hash: HASH };
    const begun = { type: "chain", decision: "begin", outcome: "ok", detail } as const;
    await storeRecords(env.DB, chainRecords("tenant/t/test", 1, begun));
    expect(await reportGaps(env, LATER)).toMatchObject({ gaps: [{}], missing_chains: [{}] });
    error.mockClear();
  }

  test("excuses what lies below it", async () => {
    await missing();
    const signer = await signerWith(env.CHECKPOINT_PRIVATE_KEY);
    await anchored(signer, CHAIN, 2);
    await anchored(signer, LOST, 9);
    expect(await reportGaps(env, LATER)).toMatchObject({ gaps: [], missing_chains: [] });
    expect(error).not.toHaveBeenCalled();
  });

  test("that nobody signed excuses nothing, and is told of", async () => {
    await missing();
    const signer = await newSigner();
    await anchored(signer, CHAIN, 2);
    await anchored(signer, LOST, 9);
    expect(await reportGaps(env, LATER)).toMatchObject({
      gaps: [{ chain: CHAIN, from_seq: 1, through_seq: 2, since: expect.any(String) }],
      missing_chains: [{ chain: LOST, since: at }],
      oldest_missing_ms: 2 * MINUTE,
    });
    expect(error.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { alert: "audit_conflict", chain: CHAIN, seq: 2, seen_by: "report" },
      { alert: "audit_conflict", chain: LOST, seq: 9, seen_by: "report" },
      { alert: "audit_gap", chain: CHAIN },
      { alert: "audit_chain_missing", chain: LOST },
    ]);
  });

  test("excuses what it says where no key works that could tell", async () => {
    await missing();
    await anchored(await newSigner(), CHAIN, 2);
    const report = await reportGaps({ ...env, CHECKPOINT_PRIVATE_KEY: "none" }, LATER);
    expect(report).toMatchObject({ gaps: [], missing_chains: [{ chain: LOST }] });
  });

  test("below the first event that is there leaves the rest a gap", async () => {
    await store(CHAIN, 9, [1, 2, 3, 4]);
    await anchored(await signerWith(env.CHECKPOINT_PRIVATE_KEY), CHAIN, 2);
    const { gaps } = await reportGaps(env, LATER);
    expect(gaps).toMatchObject([{ chain: CHAIN, from_seq: 3, through_seq: 4 }]);
  });
});

describe("the last checkpoint", () => {
  const AT = new Date(FIRST_AT).toISOString();

  /** The checkpoint after `previous`, by that signer. */
  async function statement(signer: Signer, previous: ChainHead, at: number): Promise<string> {
    return signer.sign("checkpoint", nextCheckpoint(previous, [], new Date(at).toISOString()).statement);
  }

  const put = (n: number, at: number, jws: string) =>
    storeCheckpoint(env.DB, { n, at: new Date(at).toISOString(), jws, heads: "[]" });

  /** The first checkpoint, as the tenant's object signs it. */
  async function signed(): Promise<string> {
    const jws = await statement(await signerWith(env.CHECKPOINT_PRIVATE_KEY), GENESIS, FIRST_AT);
    await put(1, FIRST_AT, jws);
    return jws;
  }

  const FAR = 1_000_000_000;
  const LATER = FIRST_AT + 180 * MINUTE;

  const alerted = () => error.mock.calls.map(([line]) => JSON.parse(String(line)));

  test("has its age told, and alerted when none came for two hours", async () => {
    expect((await reportGaps(env, FIRST_AT)).checkpoint).toBeNull();
    await signed();
    const report = await reportGaps(env, FIRST_AT + 120 * MINUTE);
    expect(report).toMatchObject({
      checkpoint: { n: 1, at: AT, age_ms: 120 * MINUTE },
      unsigned_checkpoints: [],
    });
    expect(error).not.toHaveBeenCalled();
    await reportGaps(env, FIRST_AT + 121 * MINUTE);
    expect(alerted()).toMatchObject([{ alert: "audit_unattested", n: 1 }]);
  });

  test.each<[string, (jws: string) => Promise<string>]>([
    ["what is no statement", async () => "e30.e30.e30"],
    [
      "what somebody else signed",
      async () => statement(await newSigner(), { ...GENESIS, seq: FAR - 1 }, LATER),
    ],
    ["the last one's own statement under a later number", async (jws) => jws],
  ])("isn't kept young by %s, which is told of", async (_what, forged) => {
    await put(FAR, LATER, await forged(await signed()));
    const report = await reportGaps(env, LATER);
    expect(report).toMatchObject({
      checkpoint: { n: 1, at: AT, age_ms: 180 * MINUTE },
      unsigned_checkpoints: [FAR],
    });
    expect(alerted()).toMatchObject([
      { alert: "audit_unattested", n: 1 },
      { alert: "audit_conflict", chain: "checkpoint", seq: FAR },
    ]);
  });

  test("isn't looked for beyond a few forged ones: that there is none is told", async () => {
    await signed();
    for (let n = 2; n < 40; n++) await put(n, FIRST_AT, "e30.e30.e30");
    const { checkpoint, unsigned_checkpoints } = await reportGaps(env, FIRST_AT + MINUTE);
    expect(checkpoint).toBeNull();
    expect(unsigned_checkpoints).toEqual([39, 38, 37, 36, 35]);
    expect(alerted()).toHaveLength(5);
  });

  test("can't be told without a key that works, and the rest of the report comes all the same", async () => {
    await signed();
    await store("session/a/test", 3, [2]);
    const report = await reportGaps({ ...env, CHECKPOINT_PRIVATE_KEY: "none" }, FIRST_AT + 2 * MINUTE);
    expect(report).toMatchObject({ checkpoint: null, unsigned_checkpoints: [] });
    expect(report.gaps).toHaveLength(1);
  });
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
