import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { KEYS, SessionStore } from "../../src/session/session-store.ts";

const DAY_MS = 24 * 60 * 60_000;
const START = Date.UTC(2026, 0, 1);

/** A session that has as many keys as it may have, each bound a millisecond after the one before. */
function full(name: string, work: (store: SessionStore, wait: (ms: number) => void) => void): Promise<void> {
  return runInDurableObject(env.SESSION.getByName(`keys ${name}`), (_object, { storage }) => {
    let now = START;
    const wait = (ms: number) => {
      now += ms;
    };
    const store = new SessionStore(storage, () => now);
    for (let nth = 0; nth < KEYS.most; nth++) {
      store.bind(`key-${nth}`, "same", `op_${nth}`);
      wait(1);
    }
    now = START;
    work(store, wait);
  });
}

describe("a session that has used all its idempotency keys", () => {
  it("refuses one more within 90 days and says what to do, and still knows those that it has", async () => {
    await full("refused", (store, wait) => {
      wait(KEYS.days * DAY_MS - 1);
      expect(() => store.bind("one more", "same", "op_more")).toThrow(
        expect.objectContaining({
          code: "invalid_input",
          message: expect.stringContaining("10000 idempotency keys within 90 days"),
          detail: expect.objectContaining({ next_step: expect.stringContaining("without idempotency_key") }),
        }),
      );
      expect(store.bind("key-0", "same", "op_new")).toBe("op_0");
      expect(store.bind(`key-${KEYS.most - 1}`, "same", "op_new")).toBe(`op_${KEYS.most - 1}`);
    });
  });

  it("drops the oldest once it is 90 days old, and no other", async () => {
    await full("dropped", (store, wait) => {
      wait(KEYS.days * DAY_MS);
      expect(store.bind("one more", "same", "op_more")).toBe("op_more");
      expect(store.bind("key-1", "same", "op_new")).toBe("op_1");
      expect(() => store.bind("key-0", "same", "op_new")).toThrow("idempotency keys");
    });
  });

  it("makes room for a hundred at a time, the oldest first", async () => {
    await full("hundred", (store, wait) => {
      wait(2 * KEYS.days * DAY_MS);
      store.bind("one more", "same", "op_more");
      expect(store.bind("key-100", "same", "op_new")).toBe("op_100");
      expect(store.bind("key-99", "same", "op_new")).toBe("op_new");
    });
  });
});
