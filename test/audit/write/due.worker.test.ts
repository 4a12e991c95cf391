import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { AuditedObject } from "../../../src/audit/write/audited-object.ts";
import { backoffMs, Due } from "../../../src/audit/write/due.ts";

const HOUR = 3_600_000;

/** An object whose tasks a test writes. It works on the storage of an object that really exists. */
class TestObject extends AuditedObject {
  protected readonly tasks: Record<string, (key: string) => Promise<void>>;

  constructor(ctx: DurableObjectState, tasks: Record<string, (key: string) => Promise<void>>) {
    super(ctx, env);
    this.tasks = tasks;
  }

  get schedule(): Due {
    return this.due;
  }
}

/** Time stands still in there, and ahead of the platform's: what is armed doesn't ring while a test looks at it. */
function inObject<Result>(
  name: string,
  work: (state: DurableObjectState, due: Due) => Result | Promise<Result>,
) {
  return runInDurableObject(env.PERSON.getByName(`due test ${name}`), (_object, state) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR });
    return work(state, new Due(state.storage));
  });
}

afterEach(() => {
  vi.useRealTimers();
});

function dueRows({ storage }: DurableObjectState) {
  return storage.sql.exec("SELECT task, key, at, attempts FROM due ORDER BY at").toArray();
}

describe("the alarm", () => {
  test("is the earliest of everything that waits", async () => {
    await inObject("earliest", async ({ storage }, due) => {
      const now = Date.now();
      due.set("expiry", "a", now + 3 * HOUR);
      due.set("probe", "a", now + HOUR);
      due.set("probe", "b", now + 2 * HOUR);
      expect(await storage.getAlarm()).toBe(now + HOUR);
      due.clear("probe", "a");
      expect(await storage.getAlarm()).toBe(now + 2 * HOUR);
      due.set("probe", "b", now + 4 * HOUR);
      expect(await storage.getAlarm()).toBe(now + 3 * HOUR);
      due.clear("probe", "b");
      due.clear("expiry", "a");
      expect(await storage.getAlarm()).toBeNull();
    });
  });

  test("is taken back with the transaction that set it, and the next setting arms it again", async () => {
    await inObject("rollback", async ({ storage }, due) => {
      const now = Date.now();
      due.set("expiry", "a", now + 2 * HOUR);
      const set = () =>
        storage.transactionSync(() => {
          due.set("probe", "a", now + HOUR);
          throw new Error("undone");
        });
      expect(set).toThrow("undone");
      expect(await storage.getAlarm()).toBe(now + 2 * HOUR);
      due.set("probe", "a", now + HOUR);
      expect(await storage.getAlarm()).toBe(now + HOUR);
    });
  });

  test("isn't set again when the earliest stays the same", async () => {
    await inObject("no write", async ({ storage }, due) => {
      const now = Date.now();
      due.set("probe", "a", now + HOUR);
      const setAlarm = vi.spyOn(storage, "setAlarm");
      due.set("expiry", "a", now + 2 * HOUR);
      due.soon("probe", "a", now + 1);
      expect(setAlarm).not.toHaveBeenCalled();
      setAlarm.mockRestore();
      expect(await storage.getAlarm()).toBe(now + HOUR);
    });
  });

  test("refuses a time that is none", async () => {
    await inObject("no time", (state, due) => {
      expect(() => due.set("probe", "a", Number.NaN)).toThrow(TypeError);
      expect(dueRows(state)).toEqual([]);
    });
  });
});

describe("what is due", () => {
  test("runs once, and what isn't due waits", async () => {
    await inObject("runs", async (state) => {
      const ran: string[] = [];
      const object = new TestObject(state, { probe: async (key) => void ran.push(key) });
      const later = Date.now() + HOUR;
      object.schedule.set("probe", "now", Date.now() - 1);
      object.schedule.set("probe", "later", later);
      await object.alarm();
      await object.alarm();
      expect(ran).toEqual(["now"]);
      expect(dueRows(state)).toMatchObject([{ key: "later" }]);
      expect(await state.storage.getAlarm()).toBe(later);
    });
  });

  test("has its retry and the alarm for it before it runs, so that a crash in the middle loses nothing", async () => {
    await inObject("re-arms first", async (state) => {
      let armedDuring: number | null = null;
      const object = new TestObject(state, {
        probe: async () => {
          armedDuring = await state.storage.getAlarm();
        },
      });
      object.schedule.set("probe", "a", Date.now() - 1);
      await object.alarm();
      expect(armedDuring).toBe(Date.now() + backoffMs(1));
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });

  test("that fails doesn't fail the alarm or its neighbours, and comes again with back-off", async () => {
    await inObject("fails", async (state) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {});
      const ran: string[] = [];
      const object = new TestObject(state, {
        probe: async () => Promise.reject(new Error("vendor away")),
        expiry: async (key) => void ran.push(key),
      });
      for (const attempts of [1, 2, 3]) {
        object.schedule.set("expiry", "b", Date.now() - 1);
        if (attempts === 1) object.schedule.set("probe", "a", Date.now() - 2);
        else state.storage.sql.exec("UPDATE due SET at = 0 WHERE task = 'probe'");
        await object.alarm();
        const at = Date.now() + backoffMs(attempts);
        expect(dueRows(state)).toEqual([{ task: "probe", key: "a", at, attempts }]);
        expect(await state.storage.getAlarm()).toBe(at);
      }
      expect(ran).toEqual(["b", "b", "b"]);
      const lines = error.mock.calls.map(([line]) => JSON.parse(String(line)));
      error.mockRestore();
      expect(lines).toHaveLength(3);
      expect(lines[2]).toMatchObject({ alert: "task_failed", task: "probe", key: "a", attempts: 3 });
    });
  });

  test("that nobody handles is reported and kept", async () => {
    await inObject("no handler", async (state) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {});
      const object = new TestObject(state, {});
      object.schedule.set("forgotten", "a", Date.now() - 1);
      await object.alarm();
      expect(String(error.mock.calls[0]?.[0])).toContain("no handler for the due task forgotten");
      error.mockRestore();
      expect(dueRows(state)).toMatchObject([{ task: "forgotten", attempts: 1 }]);
    });
  });

  test("may set itself another time, which success and failure both leave alone", async () => {
    await inObject("sets itself", async (state) => {
      vi.spyOn(console, "error").mockImplementation(() => {});
      const soon = Date.now() + 100;
      const object: TestObject = new TestObject(state, {
        good: async (key) => object.schedule.set("good", key, soon + HOUR),
        bad: async (key) => {
          object.schedule.set("bad", key, soon);
          throw new Error("after setting itself");
        },
      });
      object.schedule.set("good", "a", Date.now() - 1);
      object.schedule.set("bad", "a", Date.now() - 1);
      await object.alarm();
      vi.restoreAllMocks();
      expect(dueRows(state)).toMatchObject([
        { task: "bad", at: soon, attempts: 0 },
        { task: "good", at: soon + HOUR, attempts: 0 },
      ]);
      object.schedule.clear("bad", "a");
    });
  });

  test("that is wanted again while it runs runs again: the run may have looked too early", async () => {
    await inObject("wanted again", async (state) => {
      let runs = 0;
      const object: TestObject = new TestObject(state, {
        flush_like: async (key) => {
          runs += 1;
          if (runs === 1) object.schedule.soon("flush_like", key, Date.now() - 1);
        },
      });
      object.schedule.soon("flush_like", "", Date.now() - 1);
      await object.alarm();
      await object.alarm();
      await object.alarm();
      expect(runs).toBe(2);
      expect(dueRows(state)).toEqual([]);
    });
  });

  test("that keeps failing isn't hurried by being wanted again", async () => {
    await inObject("not hurried", async (state) => {
      vi.spyOn(console, "error").mockImplementation(() => {});
      const object: TestObject = new TestObject(state, {
        busy: async (key) => {
          object.schedule.soon("busy", key, Date.now());
          throw new Error("queue away");
        },
      });
      object.schedule.soon("busy", "", Date.now() - 1);
      await object.alarm();
      vi.restoreAllMocks();
      expect(dueRows(state)).toMatchObject([{ task: "busy", at: Date.now() + backoffMs(1) }]);
    });
  });

  test("runs in another life of the object too", async () => {
    const stub = env.PERSON.getByName("due test another life");
    await runInDurableObject(stub, (_object, { storage }) => {
      const due = new Due(storage);
      due.set("from before", "a", Date.now() + HOUR);
      storage.sql.exec("UPDATE due SET at = 0");
    });
    await evictDurableObject(stub);
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    // The object that lends its storage knows no such task: that it says so shows that it tried.
    expect(error.mock.calls.flat().join()).toContain("from before");
    error.mockRestore();
  });
});

test("an alarm that can't even read what is due doesn't fail, and comes again", async () => {
  await inObject("unreadable", async (state) => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const object = new TestObject(state, {});
    state.storage.sql.exec("DROP TABLE due");
    await object.alarm();
    expect(JSON.parse(String(error.mock.calls[0]?.[0]))).toMatchObject({ alert: "alarm_failed" });
    error.mockRestore();
    expect(await state.storage.getAlarm()).toBe(Date.now() + 60_000);
    await state.storage.deleteAlarm();
  });
});

describe("an alarm that the platform gave up on", () => {
  test("is set again when the object starts", async () => {
    await inObject("revived", async (state, due) => {
      due.set("probe", "a", Date.now() + HOUR);
      state.storage.sql.exec("UPDATE due SET at = 1000");
      state.storage.sql.exec("UPDATE due_alarm SET at = 1000");
      const setAlarm = vi.spyOn(state.storage, "setAlarm").mockResolvedValue();
      due.revive(1_000 + 60_000 - 1, 60_000);
      expect(setAlarm).not.toHaveBeenCalled();
      due.revive(1_000 + 60_000, 60_000);
      expect(setAlarm).toHaveBeenCalledExactlyOnceWith(1_000);
      setAlarm.mockRestore();
    });
  });
});

test("back-off doubles from a second and ends at five minutes", () => {
  expect([1, 2, 3, 9, 10, 1_000].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
});
