import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { alike, folded } from "../../src/effect/machine/creation.ts";
import type { Operation } from "../../src/effect/machine/operation.ts";
import { OperationStore } from "../../src/effect/store.ts";
import { operation } from "./operation-builder.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 10, 22);
const REPEATS = { window_ms: DAY_MS, repeat: "same", rather_twice: false } as const;
const WANTED = { ...operation(), key: "key", subject: "ada", known: null, repeats: REPEATS };

/** Runs `work` with a store whose reads are counted. */
function inStore<Result>(
  name: string,
  work: (store: OperationStore, rowsRead: () => number) => Result,
): Promise<Result> {
  return runInDurableObject(env.EFFECT.getByName(`store test ${name}`), (_object, { storage }) => {
    const cursors: { readonly rowsRead: number }[] = [];
    const sql = {
      exec(query: string, ...bindings: SqlStorageValue[]) {
        const cursor = storage.sql.exec(query, ...bindings);
        cursors.push(cursor);
        return cursor;
      },
    };
    const counted = { sql, transactionSync: storage.transactionSync.bind(storage) };
    const store = new OperationStore(counted as unknown as DurableObjectStorage);
    const rowsRead = () => cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsRead, 0);
    rowsRead();
    return work(store, rowsRead);
  });
}

function succeeded(nth: number, state_at: number): Operation {
  const id = `op_${nth}`;
  return operation({ id, key: "key", state: "succeeded", state_at, dispatch_order: nth });
}

describe("the rows of creations", () => {
  const target = { kind: "creation", id: "page_on_call/pagerduty" };
  const titles = ["a", "b"].map(folded);
  const findings = [null, "f1", "f2"];
  const all = titles.flatMap((title) => findings.map((finding_id) => ({ title, finding_id })));

  it("that are alike are found, and no others", async () => {
    await inStore("alike", (store) => {
      for (const [nth, about] of all.entries()) {
        store.insert({ ...succeeded(nth, NOW - 1), id: `op_${nth}`, target, ...about });
        store.insert({
          ...succeeded(nth, NOW - 1),
          id: `else_${nth}`,
          target: { ...target, id: "other" },
          ...about,
        });
      }
      for (const about of all) {
        const found = store.same({ ...WANTED, target, ...about }, NOW).map(({ id }) => id);
        const expected = all.flatMap((other, nth) => (alike(about, other) ? [`op_${nth}`] : []));
        expect(found.toSorted()).toEqual(expected);
      }
    });
  });
});

describe("targets that share an object", () => {
  it("don't see each other's dispatches", async () => {
    await inStore("shared", (store) => {
      const elsewhere = { kind: "device", id: "elsewhere" };
      store.insert({ ...succeeded(7, NOW), state: "executing", target: elsewhere });
      expect(store.dispatches(WANTED.target)).toBe(0);
      expect(store.underWay(WANTED.target)).toEqual([]);
      expect(store.lastDispatched(WANTED.target, "key-of-another")).toBeNull();
      expect(store.dispatches(elsewhere)).toBe(7);
      expect(store.underWay(elsewhere)).toHaveLength(1);
    });
  });
});

describe("a target with a long history", () => {
  it("is asked what answers a call by reading a handful of rows", async () => {
    await inStore("long", (store, rowsRead) => {
      for (let nth = 1; nth <= 1_000; nth++) store.insert(succeeded(nth, NOW - 2 * DAY_MS));
      store.insert(succeeded(1_001, NOW - 1));
      rowsRead();
      const { same } = store.standing(WANTED, NOW);
      expect(same.map(({ id }) => id)).toEqual(["op_1001"]);
      expect(rowsRead()).toBeLessThan(50);
    });
  });

  it("is asked what took an operation's place by reading a handful of rows", async () => {
    await inStore("successor", (store, rowsRead) => {
      const replaced = succeeded(1, NOW - 3 * DAY_MS);
      store.insert(replaced);
      for (let nth = 2; nth <= 1_000; nth++) store.insert(succeeded(nth, NOW - 2 * DAY_MS));
      store.insert(succeeded(1_001, NOW - 1));
      rowsRead();
      expect(store.successor(replaced, NOW - DAY_MS)?.id).toBe("op_1001");
      expect(rowsRead()).toBeLessThan(50);
    });
  });
});
