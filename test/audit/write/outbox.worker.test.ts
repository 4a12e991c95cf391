import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import { storeAnchors } from "../../../src/audit/store/integrity-store.ts";
import { storeRecords } from "../../../src/audit/store/store.ts";
import { Due } from "../../../src/audit/write/due.ts";
import { Ledger } from "../../../src/audit/write/ledger.ts";
import { Outbox } from "../../../src/audit/write/outbox.ts";
import { readRecord } from "../../../verifier/event/record.ts";
import type { Trouble } from "../../../verifier/event/trouble.ts";
import { signedAnchor } from "../../support/worker/attested.ts";
import { recordOf } from "../chain-fixture.ts";

const HOUR_MS = 3_600_000;
const FACT: AuditFact = { type: "call", decision: "allow", outcome: "ok", tool: "get_device" };

/** A queue that keeps what it is given, or refuses it. */
class TestQueue {
  readonly batches: string[][] = [];
  refuses = false;

  async sendBatch(messages: Iterable<MessageSendRequest<string>>): Promise<void> {
    if (this.refuses) throw new Error("queue away");
    this.batches.push([...messages].map(({ body }) => body));
  }

  get sent(): string[] {
    return this.batches.flat();
  }
}

interface World {
  readonly storage: DurableObjectStorage;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly queue: TestQueue;
  readonly append: (count: number) => void;
  /** What the tenant's object is told. */
  readonly reported: readonly Trouble[];
}

/**
 * Runs `work` in an object of its own, with the real store and a queue that nobody consumes. Time stands still there,
 * and ahead of the platform's: the lending object's own alarm, which knows the real queue, doesn't ring meanwhile.
 */
function inObject(name: string, work: (world: World) => Promise<void>): Promise<void> {
  return runInDurableObject(env.PERSON.getByName(`outbox test ${name}`), (_object, { storage }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR_MS });
    const due = new Due(storage);
    const ledger = new Ledger(storage, due, "acme");
    const queue = new TestQueue();
    const reported: Trouble[] = [];
    const lent = { ...env, AUDIT_QUEUE: queue as unknown as Queue };
    const outbox = new Outbox(storage, due, lent, async (troubles) => void reported.push(...troubles));
    ledger.identify("person", name);
    const append = (count: number) =>
      storage.transactionSync(() => {
        for (let index = 0; index < count; index++) ledger.append(FACT);
        // What is due from now on is what the outbox itself asks for.
        due.clear("flush", "");
      });
    return work({ storage, ledger, outbox, queue, append, reported });
  });
}

function left(storage: DurableObjectStorage): number[] {
  return storage.sql
    .exec<{ seq: number }>("SELECT seq FROM audit_outbox ORDER BY seq")
    .toArray()
    .map(({ seq }) => seq);
}

function dueAt(storage: DurableObjectStorage, task: string): number | null {
  return storage.sql.exec<{ at: number }>("SELECT at FROM due WHERE task = ?", task).toArray()[0]?.at ?? null;
}

/** Lets the time pass after which what was sent should have arrived. */
function makeOverdue(storage: DurableObjectStorage): void {
  storage.sql.exec("UPDATE audit_outbox SET check_at = 0 WHERE check_at IS NOT NULL");
}

/** What the queue's consumer does with these events. */
async function deliver(events: readonly string[]): Promise<void> {
  await storeRecords(
    env.DB,
    events.map((event) => {
      const read = readRecord(event);
      if (!read.ok) throw new Error(read.reason);
      return read.record;
    }),
  );
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("flushing", () => {
  test("sends every event once, in order, at most a hundred at a time", async () => {
    await inObject("batches", async ({ outbox, queue, append }) => {
      append(230);
      await outbox.flush();
      await outbox.flush();
      expect(queue.batches.map((batch) => batch.length)).toEqual([100, 100, 30]);
      expect(queue.sent.map((event) => JSON.parse(event).seq)).toEqual(
        Array.from({ length: 230 }, (_, index) => index + 1),
      );
    });
  });

  test("keeps a batch under a queue's 256 KB", async () => {
    await inObject("bytes", async ({ ledger, outbox, queue }) => {
      for (let index = 0; index < 20; index++) ledger.append({ ...FACT, args: { text: "é".repeat(20_000) } });
      await outbox.flush();
      expect(queue.sent).toHaveLength(20);
      for (const batch of queue.batches) {
        expect(new TextEncoder().encode(batch.join("")).length).toBeLessThan(256_000);
      }
      expect(queue.batches.length).toBeLessThanOrEqual(4);
    });
  });

  test("keeps everything when the queue refuses, and sends it when it doesn't", async () => {
    await inObject("refused", async ({ storage, outbox, queue, append }) => {
      append(3);
      queue.refuses = true;
      await expect(outbox.flush()).rejects.toThrow("queue away");
      expect(left(storage)).toEqual([1, 2, 3]);
      queue.refuses = false;
      await outbox.flush();
      expect(queue.sent).toHaveLength(3);
    });
  });

  test("lets nothing go by itself: acceptance by the queue is not durability", async () => {
    await inObject("accepted", async ({ storage, outbox, append }) => {
      append(2);
      await outbox.flush();
      expect(left(storage)).toEqual([1, 2]);
      expect(dueAt(storage, "confirm")).toBe(Date.now() + 2_000);
    });
  });
});

describe("confirming", () => {
  test("lets go of what the store holds", async () => {
    await inObject("held", async ({ storage, ledger, outbox, queue, append }) => {
      append(3);
      await outbox.flush();
      await deliver(queue.sent);
      await outbox.confirm();
      expect(left(storage)).toEqual([]);

      append(1);
      expect(ledger.head.seq).toBe(4);
      await outbox.flush();
      await deliver(queue.sent.slice(3));
      await outbox.confirm();
      expect(left(storage)).toEqual([]);
    });
  });

  test("keeps everything above a gap, and sends again only what is missing", async () => {
    await inObject("gap", async ({ storage, outbox, queue, append }) => {
      append(5);
      await outbox.flush();
      await deliver(queue.sent.filter((event) => JSON.parse(event).seq !== 3));
      makeOverdue(storage);
      await outbox.confirm();
      expect(left(storage)).toEqual([3, 4, 5]);
      expect(dueAt(storage, "flush")).not.toBeNull();

      await outbox.flush();
      expect(queue.sent.slice(5).map((event) => JSON.parse(event).seq)).toEqual([3]);
      await deliver(queue.sent.slice(5));
      await outbox.confirm();
      expect(left(storage)).toEqual([]);
    });
  });

  test("gives what was just sent its time", async () => {
    await inObject("in time", async ({ storage, outbox, queue, append }) => {
      append(1);
      await outbox.flush();
      await outbox.confirm();
      await outbox.flush();
      expect(queue.sent).toHaveLength(1);
      expect(left(storage)).toEqual([1]);
    });
  });

  test("waits longer each time that an event doesn't arrive, up to five minutes, and then says so", async () => {
    await inObject("back-off", async ({ storage, outbox, queue, append }) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {});
      append(1);
      const waits: number[] = [];
      for (let round = 0; round < 10; round++) {
        await outbox.flush();
        waits.push(((dueAt(storage, "confirm") ?? 0) - Date.now()) / 1_000);
        makeOverdue(storage);
        await outbox.confirm();
      }
      expect(queue.sent).toHaveLength(10);
      expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
      const alerts = error.mock.calls.map(([line]) => JSON.parse(String(line)));
      expect(alerts.map(({ alert, sends }) => [alert, sends])).toEqual(
        [6, 7, 8, 9, 10].map((sends) => ["audit_undelivered", sends]),
      );
    });
  });

  test("records a different event in its place as a conflict, keeps its own and doesn't send it again", async () => {
    await inObject("conflict", async ({ storage, ledger, outbox, queue, append, reported }) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {});
      append(3);
      await outbox.flush();
      const forged = (queue.sent[1] ?? "").replace("get_device", "get_nothing");
      await deliver([queue.sent[0] ?? "", forged, queue.sent[2] ?? ""]);
      makeOverdue(storage);
      await outbox.confirm();
      await outbox.confirm();
      await outbox.flush();

      expect(left(storage)).toEqual([2, 3]);
      expect(queue.sent).toHaveLength(3);
      const { results } = await env.DB.prepare(
        "SELECT seq, offered_event, seen_by FROM audit_conflicts WHERE chain = ?",
      )
        .bind(ledger.chain)
        .all();
      expect(results).toEqual([{ seq: 2, offered_event: queue.sent[1], seen_by: "object" }]);
      expect(reported[0]).toMatchObject({ kind: "conflict", chain: ledger.chain, seq: 2, seen_by: "object" });
      expect(JSON.parse(String(error.mock.calls[0]?.[0]))).toMatchObject({
        alert: "audit_conflict",
        chain: ledger.chain,
        seq: 2,
      });
    });
  });

  test("reads a long outbox back page by page", async () => {
    await inObject("pages", async ({ storage, outbox, queue, append }) => {
      append(1_500);
      await outbox.flush();
      await deliver(queue.sent);
      await outbox.confirm();
      expect(left(storage)).toEqual([]);
    });
  });

  test("sends again what is missing far beyond a conflict, which holds the confirmed mark where it is", async () => {
    await inObject("pages beyond", async ({ storage, ledger, outbox, queue, append }) => {
      append(1_500);
      await outbox.flush();
      await deliver(queue.sent);
      const forged = "UPDATE audit_events SET hash = ? WHERE chain = ? AND seq = 1";
      await env.DB.prepare(forged).bind("f".repeat(64), ledger.chain).run();
      await env.DB.prepare("DELETE FROM audit_events WHERE chain = ? AND seq = 1400")
        .bind(ledger.chain)
        .run();
      storage.sql.exec("UPDATE audit_outbox SET check_at = 0");
      await outbox.confirm();
      const unsent = storage.sql.exec<{ seq: number }>("SELECT seq FROM audit_outbox WHERE check_at IS NULL");
      expect(unsent.toArray()).toEqual([{ seq: 1400 }]);
    });
  });

  test("lets go of what lies at or below an anchor of this very chain, and of nothing for any other", async () => {
    await inObject("anchored", async ({ storage, ledger, outbox, queue, append }) => {
      vi.spyOn(console, "error").mockImplementation(() => {});
      append(4);
      await outbox.flush();
      const { hash } = recordOf(queue.sent[2] ?? "");
      const anchor = (seq: number) => signedAnchor(ledger.chain, { seq, hash });
      await storeAnchors(env.DB, [await anchor(2)]);
      await outbox.confirm();
      expect(left(storage)).toEqual([1, 2, 3, 4]);
      await storeAnchors(env.DB, [await anchor(3)]);
      await outbox.confirm();
      expect(left(storage)).toEqual([4]);
      await deliver(queue.sent);
      await outbox.confirm();
      expect(left(storage)).toEqual([]);
    });
  });

  test("lets go of nothing on the word of an anchor that nobody signed, and sends it again", async () => {
    await inObject("forged anchor", async ({ storage, ledger, outbox, queue, append }) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {});
      append(4);
      await outbox.flush();
      await deliver(queue.sent);
      // Whoever can write to the store can read there what the anchor has to say.
      const { hash } = recordOf(queue.sent[3] ?? "");
      const anchor = await signedAnchor("person/somebody else/1", { seq: 4, hash });
      await storeAnchors(env.DB, [{ ...anchor, chain: ledger.chain }]);
      await env.DB.prepare("DELETE FROM audit_events WHERE chain = ?").bind(ledger.chain).run();
      makeOverdue(storage);
      await outbox.confirm();
      expect(left(storage)).toEqual([1, 2, 3, 4]);
      expect(JSON.parse(String(error.mock.calls[0]?.[0]))).toMatchObject({
        alert: "audit_conflict",
        chain: ledger.chain,
        seq: 4,
      });
      await outbox.flush();
      expect(queue.sent).toHaveLength(8);
    });
  });

  test("changes nothing when the store can't be read", async () => {
    await inObject("store away", async ({ storage, ledger, append }) => {
      append(1);
      const due = new Due(storage);
      const DB = {
        prepare: () => {
          throw new Error("D1 away");
        },
      } as unknown as D1Database;
      const lent = { ...env, AUDIT_QUEUE: new TestQueue() as unknown as Queue, DB };
      const outbox = new Outbox(storage, due, lent, async () => {});
      await outbox.flush();
      await expect(outbox.confirm()).rejects.toThrow("D1 away");
      expect(left(storage)).toEqual([1]);
      expect(ledger.head.seq).toBe(1);
    });
  });
});

test("an event goes from its object to the store through the real queue by itself", async () => {
  const stub = env.PERSON.getByName("outbox test end to end");
  const chain = await runInDurableObject(stub, (_object, { storage }) => {
    const ledger = new Ledger(storage, new Due(storage), "acme");
    ledger.identify("person", "end to end");
    for (let index = 0; index < 5; index++) ledger.append(FACT);
    return ledger.chain;
  });
  await expect.poll(() => runInDurableObject(stub, (_object, { storage }) => left(storage))).toEqual([]);
  const { results } = await env.DB.prepare("SELECT seq FROM audit_events WHERE chain = ? ORDER BY seq")
    .bind(chain)
    .all();
  expect(results.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});
