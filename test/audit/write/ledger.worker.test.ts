import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import { Due } from "../../../src/audit/write/due.ts";
import { Ledger } from "../../../src/audit/write/ledger.ts";
import { eventHash, GENESIS } from "../../../verifier/event/chain-head.ts";

const FACT: AuditFact = { type: "call", decision: "allow", outcome: "ok", tool: "get_device" };

interface OutboxRow extends Record<string, SqlStorageValue> {
  seq: number;
  hash: string;
  event: string;
}

/** Runs `work` in an object of its own, whose class only lends its tables. */
function inObject<Result>(
  name: string,
  work: (ledger: Ledger, storage: DurableObjectStorage, due: Due) => Result | Promise<Result>,
): Promise<Result> {
  return runInDurableObject(env.PERSON.getByName(`ledger test ${name}`), (_object, { storage }) => {
    const due = new Due(storage);
    return work(new Ledger(storage, due, "acme"), storage, due);
  });
}

function outbox(storage: DurableObjectStorage): OutboxRow[] {
  return storage.sql.exec<OutboxRow>("SELECT seq, hash, event FROM audit_outbox ORDER BY seq").toArray();
}

describe("the chain's name", () => {
  test("is fixed by the first call, and the same call again changes nothing", async () => {
    await inObject("name", (ledger) => {
      ledger.identify("person", "ada");
      const { chain } = ledger;
      ledger.identify("person", "ada");
      expect(ledger.chain).toBe(chain);
      expect(chain).toMatch(/^person\/ada\/[\w-]{12}$/);
    });
  });

  test("can't become another", async () => {
    await inObject("another name", (ledger) => {
      ledger.identify("person", "ada");
      expect(() => ledger.identify("person", "bob")).toThrow(/not one of person\/bob/);
      expect(() => ledger.identify("session", "ada")).toThrow(/not one of session\/ada/);
    });
  });

  test("is needed before anything is appended", async () => {
    await inObject("no name", (ledger, storage) => {
      expect(() => ledger.append(FACT)).toThrow(/identify/);
      expect(outbox(storage)).toEqual([]);
    });
  });

  test("that a rollback took back is given anew with the next event", async () => {
    await inObject("rolled back", (ledger, storage) => {
      const undone = () =>
        storage.transactionSync(() => {
          ledger.identify("person", "ada");
          ledger.append(FACT);
          throw new Error("undone");
        });
      expect(undone).toThrow("undone");
      ledger.identify("person", "ada");
      ledger.append(FACT);
      expect(ledger.chain).toMatch(/^person\/ada\//);
      expect(outbox(storage).map(({ seq }) => seq)).toEqual([1]);
    });
  });

  test("differs for another object of the same kind and name", async () => {
    const chainOf = (object: string) =>
      inObject(object, (ledger) => {
        ledger.identify("person", "ada");
        return ledger.chain;
      });
    expect(await chainOf("first life")).not.toBe(await chainOf("second life"));
  });
});

describe("appending", () => {
  test("links each event to the one before, and the hash covers its place", async () => {
    const rows = await inObject("links", (ledger, storage) => {
      ledger.identify("person", "ada");
      ledger.append(FACT);
      ledger.append({ ...FACT, tool: "contain_device" });
      ledger.append(FACT);
      return outbox(storage);
    });
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    let prev = GENESIS.hash;
    for (const { seq, hash, event } of rows) {
      expect(JSON.parse(event)).toMatchObject({ seq, prev, tenant: "acme" });
      expect(eventHash(event)).toBe(hash);
      prev = hash;
    }
  });

  test("returns the id that the event carries", async () => {
    const { id, rows } = await inObject("id", (ledger, storage) => {
      ledger.identify("person", "ada");
      return { id: ledger.append(FACT), rows: outbox(storage) };
    });
    expect(JSON.parse(rows[0]?.event ?? "{}").event_id).toBe(id);
  });

  test("goes with the transaction: a rollback leaves no event, no gap and no alarm", async () => {
    await inObject("rollback", async (ledger, storage) => {
      ledger.identify("person", "ada");
      const before = ledger.head;
      expect(() =>
        storage.transactionSync(() => {
          ledger.append(FACT);
          throw new Error("the state could not be written");
        }),
      ).toThrow("the state could not be written");
      expect(outbox(storage)).toEqual([]);
      expect(ledger.head).toEqual(before);
      expect(await storage.getAlarm()).toBeNull();

      ledger.append(FACT);
      expect(outbox(storage).map(({ seq }) => seq)).toEqual([1]);
      expect(await storage.getAlarm()).not.toBeNull();
    });
  });

  test("goes on after a rollback where the chain really ends, whatever was appended in between", async () => {
    await inObject("rollback later", (ledger, storage) => {
      ledger.identify("person", "ada");
      ledger.append(FACT);
      ledger.append(FACT);
      const before = ledger.head;
      const attempt = () =>
        storage.transactionSync(() => {
          ledger.append(FACT);
          ledger.append(FACT);
          throw new Error("the state could not be written");
        });
      expect(attempt).toThrow("the state could not be written");
      ledger.append(FACT);
      const rows = outbox(storage);
      expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(JSON.parse(rows[2]?.event ?? "{}").prev).toBe(before.hash);
      expect(ledger.head).toEqual({ seq: 3, hash: rows[2]?.hash });
    });
  });

  test("begins a chain after the transaction that would have begun it was rolled back", async () => {
    await inObject("rolled back beginning", (ledger, storage) => {
      const begin = () => {
        ledger.identify("person", "ada");
        ledger.append(FACT);
        ledger.append(FACT);
      };
      const attempt = () =>
        storage.transactionSync(() => {
          begin();
          throw new Error("the state could not be written");
        });
      expect(attempt).toThrow("the state could not be written");
      begin();
      expect(outbox(storage).map(({ seq }) => seq)).toEqual([1, 2]);
    });
  });

  test("that fails takes the caller's transaction with it", async () => {
    await inObject("fails", (ledger, storage) => {
      ledger.identify("person", "ada");
      storage.sql.exec("CREATE TABLE state (value TEXT)");
      expect(() =>
        storage.transactionSync(() => {
          storage.sql.exec("INSERT INTO state VALUES ('changed')");
          ledger.append({
            ...FACT,
            get args(): never {
              throw new Error("no arguments");
            },
          });
        }),
      ).toThrow("no arguments");
      expect(storage.sql.exec("SELECT * FROM state").toArray()).toEqual([]);
      expect(outbox(storage)).toEqual([]);
    });
  });

  test("a second time keeps the flush where the first one put it", async () => {
    await inObject("one flush", async (ledger, storage) => {
      ledger.identify("person", "ada");
      ledger.append(FACT);
      const armed = await storage.getAlarm();
      ledger.append(FACT);
      expect(await storage.getAlarm()).toBe(armed);
    });
  });
});
