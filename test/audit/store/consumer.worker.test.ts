import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import { consumeAudit } from "../../../src/audit/store/consumer.ts";
import { storeAnchors } from "../../../src/audit/store/integrity-store.ts";
import { type ChainHead, eventHash, GENESIS } from "../../../verifier/event/chain-head.ts";
import type { PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import { seqs, signedAnchor } from "../../support/worker/attested.ts";

const QUEUE = "sallyport-audit";
const DEAD_QUEUE = "sallyport-audit-dead";

let error: MockInstance<typeof console.error>;
beforeEach(() => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  error.mockRestore();
});

function chainOf(name: string, length: number, tool = "get_device"): string[] {
  let head: ChainHead = GENESIS;
  return Array.from({ length }, (_, index) => {
    const next = link(
      head,
      {
        chain: `session/${name}/test`,
        tenant: "acme",
        event_id: `0190c0de-0000-7000-8000-${String(index).padStart(12, "0")}`,
        at: new Date(1_800_000_000_000 + index).toISOString(),
      },
      { type: "call", decision: "allow", outcome: "ok", tool, subject: "ada", target: "device/d1" },
    );
    head = next;
    return next.event;
  });
}

async function consume(bodies: readonly unknown[], { queue = QUEUE, attempts = 1, db = env.DB } = {}) {
  const batch = createMessageBatch(
    queue,
    bodies.map((body, index) => ({ id: `${queue}-${index}`, timestamp: new Date(), attempts, body })),
  );
  const context = createExecutionContext();
  // The result doesn't say for how long a message was put off.
  const retries = batch.messages.map((message) => vi.spyOn(message, "retry"));
  await consumeAudit(batch, { ...env, DB: db });
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context);
  const delays = retries.flatMap(({ mock }) => mock.calls.map(([options]) => options?.delaySeconds));
  return { explicitAcks, retryMessages, delays };
}

async function rows(table: string, where = "true"): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table} WHERE ${where}`).all()).results;
}

/** A database that fails. */
const away = {
  prepare: () => away,
  bind: () => away,
  run: async () => Promise.reject(new Error("D1 away")),
  batch: async () => Promise.reject(new Error("D1 away")),
} as unknown as D1Database;

describe("events", () => {
  test("are stored under their place with the columns that their text determines", async () => {
    const [event = ""] = chainOf("columns", 1);
    const result = await consume([event]);
    expect(result.explicitAcks).toEqual([`${QUEUE}-0`]);
    expect(await rows("audit_events", "chain = 'session/columns/test'")).toEqual([
      expect.objectContaining({ ...JSON.parse(event), error_kind: null, operation_id: null, event }),
    ]);
  });

  test("that arrive twice and in any order are stored once, without a conflict", async () => {
    const events = chainOf("twice", 6);
    await consume([events[3], events[0], events[3]]);
    await consume([...events].reverse());
    await consume(events);
    const stored = await rows("audit_events", "chain = 'session/twice/test' ORDER BY seq");
    expect(stored.map(({ event }) => event)).toEqual(events);
    expect(await rows("audit_conflicts", "chain = 'session/twice/test'")).toEqual([]);
    expect(error).not.toHaveBeenCalled();
  });

  test("that differ from the stored one are recorded as a conflict, and the stored one stays", async () => {
    const [first = ""] = chainOf("differs", 1);
    const [second = ""] = chainOf("differs", 1, "contain_device");
    await consume([first]);
    const result = await consume([second]);
    await consume([second]);
    expect(result.explicitAcks).toHaveLength(1);
    expect(await rows("audit_events", "chain = 'session/differs/test'")).toMatchObject([{ event: first }]);
    expect(await rows("audit_conflicts", "chain = 'session/differs/test'")).toMatchObject([
      { seq: 1, offered_event: second, seen_by: "consumer" },
    ]);
    expect(JSON.parse(String(error.mock.calls[0]?.[0]))).toMatchObject({
      level: "error",
      alert: "audit_conflict",
      chain: "session/differs/test",
      seq: 1,
    });
  });

  test("that differ are reported to the tenant's object, once, and so is what couldn't be stored", async () => {
    await consume(chainOf("told", 1));
    for (const _time of [1, 2]) await consume(chainOf("told", 1, "contain_device"));
    for (const _time of [1, 2]) await consume(["not JSON"], { queue: "told-dead" });
    const { open } = await env.TENANT_OBJECT.getByName(env.TENANT).listTroubles();
    const told = open.map(({ trouble }) => trouble).filter((each) => JSON.stringify(each).includes("told"));
    expect(told).toMatchObject([
      { kind: "conflict", chain: "session/told/test", seq: 1, seen_by: "consumer" },
      { kind: "dead_letter", queue: "told-dead", chain: null },
    ]);
  });

  test("of a chain that no object writes are dead letters, and hold up no others", async () => {
    const [event = ""] = chainOf("beside", 1);
    const nobodys = event.replace("session/beside/test", "nobody/beside/test");
    const result = await consume([event, nobodys], { queue: "beside" });
    expect(result.retryMessages).toEqual([]);
    expect(await rows("audit_events", "chain = 'session/beside/test'")).toHaveLength(1);
    expect(await rows("audit_dead_letters", "body LIKE '%nobody/beside%'")).toHaveLength(1);
  });

  test("that differ within one delivery are a conflict too", async () => {
    await consume([...chainOf("together", 1), ...chainOf("together", 1, "contain_device")]);
    expect(await rows("audit_conflicts", "chain = 'session/together/test'")).toHaveLength(1);
  });

  test("that lie at or below an anchor are dropped, and one that contradicts the anchor is a conflict", async () => {
    const events = chainOf("anchored", 3);
    const hash = eventHash(events[1] ?? "");
    await storeAnchors(env.DB, [await signedAnchor("session/anchored/test", { seq: 2, hash })]);
    const result = await consume(events);
    expect(result.explicitAcks).toHaveLength(3);
    expect(await rows("audit_events", "chain = 'session/anchored/test'")).toMatchObject([{ seq: 3 }]);
    expect(error).not.toHaveBeenCalled();
    await consume(chainOf("anchored", 2, "contain_device"));
    expect(await rows("audit_events", "chain = 'session/anchored/test'")).toHaveLength(1);
    expect(await rows("audit_conflicts", "chain = 'session/anchored/test'")).toMatchObject([{ seq: 2 }]);
  });

  test.each<[string, Partial<PresentedAnchor>]>([
    ["unsigned", { jws: "e30.e30.e30" }],
    ["raised", { seq: 1_000_000_000 }],
    ["turned", { hash: "0".repeat(64) }],
    ["moved", { chain: "session/kept-out-moved/test" }],
  ])("aren't kept out by an anchor that nobody signed so (%s), which is told of", async (how, forged) => {
    const chain = `session/kept-out-${how}/test`;
    const events = chainOf(`kept-out-${how}`, 3);
    const head = { seq: 2, hash: eventHash(events[1] ?? "") };
    const anchor = await signedAnchor(how === "moved" ? "session/elsewhere/test" : chain, head);
    await storeAnchors(env.DB, [{ ...anchor, ...forged }]);
    const result = await consume([...events, ...chainOf(`beside-${how}`, 1)]);
    expect(result.explicitAcks).toHaveLength(4);
    expect(await seqs(chain)).toEqual([1, 2, 3]);
    expect(await rows("audit_conflicts", `chain = '${chain}'`)).toEqual([]);
    expect(error.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { alert: "audit_conflict", chain, seen_by: "consumer" },
    ]);
  });

  test("come again later when the database fails, each time later", async () => {
    const events = chainOf("away", 2);
    const first = await consume(events, { db: away });
    const fifth = await consume(events, { db: away, attempts: 5 });
    expect(first.explicitAcks).toEqual([]);
    expect(first.retryMessages).toHaveLength(2);
    expect(first.delays).toEqual([5, 5]);
    expect(fifth.delays).toEqual([80, 80]);
    await consume(events);
    expect(await rows("audit_events", "chain = 'session/away/test'")).toHaveLength(2);
  });
});

describe("a delivery of large messages", () => {
  /** D1 refuses a value of more than 2 MB; the local one doesn't. */
  const limited = {
    batch: env.DB.batch.bind(env.DB),
    prepare: (query: string) => {
      const statement = env.DB.prepare(query);
      return {
        bind: (...values: unknown[]) => {
          for (const value of values) {
            const bytes = new TextEncoder().encode(String(value)).length;
            if (bytes > 2_000_000) throw new Error("string or blob too big");
          }
          return statement.bind(...values);
        },
      };
    },
  } as unknown as D1Database;

  test("is stored in statements that D1 takes", async () => {
    const events = chainOf("large", 100, `"\\é${'"'.repeat(25_000)}`);
    const result = await consume(events, { db: limited });
    expect(result.explicitAcks).toHaveLength(100);
    expect(await rows("audit_events", "chain = 'session/large/test'")).toHaveLength(100);
  });

  test("is recorded so as dead letters too", async () => {
    const bodies = Array.from({ length: 30 }, (_, index) => `${index} ${'"'.repeat(120_000)}`);
    const result = await consume(bodies, { db: limited, queue: "large-dead" });
    expect(result.explicitAcks).toHaveLength(30);
    expect(await rows("audit_dead_letters", "queue = 'large-dead'")).toHaveLength(30);
  });
});

describe("what is no event", () => {
  test("is recorded whole with the reason and not delivered again; its neighbours are stored", async () => {
    const [event = ""] = chainOf("neighbour", 1);
    const broken = event.replace('"seq":1', '"seq":-1');
    const result = await consume(["not JSON", { chain: "x" }, broken, event]);
    expect(result.explicitAcks).toHaveLength(4);
    expect(result.retryMessages).toEqual([]);
    expect(await rows("audit_dead_letters", `queue = '${QUEUE}' ORDER BY id`)).toMatchObject([
      { body: "not JSON", reason: "not JSON" },
      { body: '{"chain":"x"}', reason: "not a text" },
      { body: broken, reason: expect.stringContaining("seq") },
    ]);
    expect(await rows("audit_events", "chain = 'session/neighbour/test'")).toHaveLength(1);
  });

  test("comes again when the database fails", async () => {
    const result = await consume(["not JSON"], { db: away });
    expect(result.explicitAcks).toEqual([]);
    expect(result.retryMessages).toHaveLength(1);
  });
});

describe("the dead-letter queue", () => {
  test("records each message once, with its place where it has one", async () => {
    const [event = ""] = chainOf("dead", 1);
    await consume([event, "garbage"], { queue: DEAD_QUEUE });
    const result = await consume([event, "garbage"], { queue: DEAD_QUEUE });
    expect(result.explicitAcks).toHaveLength(2);
    expect(await rows("audit_dead_letters", `queue = '${DEAD_QUEUE}' ORDER BY id`)).toMatchObject([
      { chain: "session/dead/test", seq: 1, body: event },
      { chain: null, seq: null, body: "garbage" },
    ]);
    expect(await rows("audit_events", "chain = 'session/dead/test'")).toEqual([]);
  });

  test("keeps its messages when the database fails", async () => {
    const result = await consume(["garbage"], { queue: DEAD_QUEUE, db: away });
    expect(result.explicitAcks).toEqual([]);
    expect(result.retryMessages).toHaveLength(1);
  });
});
