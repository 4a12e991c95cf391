import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import { consumeAudit } from "../../../src/audit/store/consumer.ts";
import { type ChainHead, eventHash, GENESIS } from "../../../verifier/event/chain-head.ts";

/** Committed, so that a failure can be seen again. */
const SEED = 20_261_122;
const RUNS = 24;
/** As wrangler.toml has it: what isn't taken by then goes to the dead-letter queue. */
const MAX_DELIVERIES = 11;
const QUEUE = "sallyport-audit";
const DEAD_QUEUE = "sallyport-audit-dead";

/** What becomes of one write to the database. Whoever hears of a failure can't tell the last two apart. */
type Fate = "done" | "failed before the commit" | "failed after the commit";

/** A message on its way. */
interface Sent {
  readonly id: string;
  readonly queue: string;
  readonly body: unknown;
  readonly attempts: number;
}

/** One batch: which of the messages on their way, in which order, and what goes wrong. */
interface Delivery {
  readonly picks: readonly number[];
  /** Delivered once more by the queue, as a message of its own. */
  readonly duplicate: number | null;
  readonly fates: readonly Fate[];
  /** The queue never hears of these acknowledgements. */
  readonly lost_acks: readonly number[];
}

const delivery: fc.Arbitrary<Delivery> = fc.record({
  picks: fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 12 }),
  duplicate: fc.option(fc.nat(40)),
  fates: fc.array(fc.constantFrom<Fate>("done", "failed before the commit", "failed after the commit"), {
    maxLength: 3,
  }),
  lost_acks: fc.array(fc.nat(12), { maxLength: 3 }),
});

const POISON = ["not JSON", '{"chain":"x"}', { no: "text" }, '{"chain":1,"seq":"one"}', ""];

const scene = fc.record({
  events: fc.integer({ min: 1, max: 24 }),
  /** Numbers that a second event exists for, which says something else. */
  forged: fc.uniqueArray(fc.nat(23), { maxLength: 3 }),
  poison: fc.subarray(POISON),
  deliveries: fc.array(delivery, { maxLength: 16 }),
});

let said: MockInstance<typeof console.error>;
beforeEach(() => {
  said = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => said.mockRestore());

function chain(name: string, length: number, tool: string): string[] {
  let head: ChainHead = GENESIS;
  return Array.from({ length }, (_, index) => {
    const ids = { chain: name, tenant: "acme", at: new Date(1_800_000_000_000 + index).toISOString() };
    const event_id = `0190c0de-0000-7000-8000-${String(index).padStart(12, "0")}`;
    const next = link(head, { ...ids, event_id }, { type: "call", decision: "allow", outcome: "ok", tool });
    head = next;
    return next.event;
  });
}

/** The database, with the fates given; after those it is well. */
function failing(fates: Fate[]): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  const meet = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    const fate = fates.shift() ?? "done";
    if (fate === "failed before the commit") throw new Error("D1_ERROR: connection lost");
    const result = await write();
    if (fate === "failed after the commit") throw new Error("D1_ERROR: connection lost");
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => meet(() => statement.run()),
    } as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (query: string) => wrap(env.DB.prepare(query)),
    batch: (statements: D1PreparedStatement[]) =>
      meet(() => env.DB.batch(statements.map((statement) => real.get(statement) ?? statement))),
  } as D1Database;
}

let runs = 0;

/** A queue that does everything that the platform's may do. */
class Adversary {
  readonly chain = `session/adversary/${++runs}`;
  readonly acknowledged: Sent[] = [];
  #pending: Sent[] = [];
  #sent = 0;

  send(body: unknown, queue = QUEUE): void {
    this.#pending.push({ id: `${this.chain}-${++this.#sent}`, queue, body, attempts: 1 });
  }

  get empty(): boolean {
    return this.#pending.length === 0;
  }

  async deliver({ picks, duplicate, fates, lost_acks }: Delivery): Promise<void> {
    if (duplicate !== null) {
      const again = this.#pending[duplicate % Math.max(1, this.#pending.length)];
      if (again !== undefined) this.send(again.body, again.queue);
    }
    const chosen = new Set(picks.map((pick) => this.#pending[pick % this.#pending.length]));
    const queue = [...chosen][0]?.queue;
    const batch = [...chosen].filter((message) => message !== undefined && message.queue === queue) as Sent[];
    if (queue !== undefined) await this.#consume(queue, batch, [...fates], lost_acks);
  }

  /** Everything that is left, with nothing going wrong any more. */
  async drain(): Promise<void> {
    const well = { duplicate: null, fates: [], lost_acks: [] };
    while (!this.empty) await this.deliver({ ...well, picks: this.#pending.map((_, index) => index) });
  }

  async #consume(queue: string, batch: Sent[], fates: Fate[], lost: readonly number[]): Promise<void> {
    const messages = batch.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp: new Date() }));
    const delivered = createMessageBatch(queue, messages);
    await consumeAudit(delivered, { ...env, DB: failing(fates) });
    const { explicitAcks, retryMessages } = await getQueueResult(delivered, createExecutionContext());
    const unheard = new Set(lost.map((index) => batch[index]?.id));
    const again = new Set(retryMessages.map(({ msgId }) => msgId));
    for (const message of batch) {
      const acked = explicitAcks.includes(message.id);
      if (acked === again.has(message.id)) throw new Error(`${message.id} was neither taken nor put off`);
      if (acked) this.acknowledged.push(message);
      if (acked && !unheard.has(message.id)) this.#forget(message);
      else this.#again(message);
    }
  }

  #forget(message: Sent): void {
    this.#pending = this.#pending.filter((other) => other !== message);
  }

  #again(message: Sent): void {
    const dead = message.queue === QUEUE && message.attempts >= MAX_DELIVERIES;
    const next = dead ? { queue: DEAD_QUEUE, attempts: 1 } : { attempts: message.attempts + 1 };
    this.#pending = this.#pending.map((other) => (other === message ? { ...message, ...next } : other));
  }
}

async function stored(name: string): Promise<Map<number, string>> {
  const { results } = await env.DB.prepare("SELECT seq, event FROM audit_events WHERE chain = ?")
    .bind(name)
    .all<{ seq: number; event: string }>();
  return new Map(results.map(({ seq, event }) => [seq, event]));
}

async function letters(prefix: string): Promise<Map<string, string>> {
  const { results } = await env.DB.prepare("SELECT id, body FROM audit_dead_letters WHERE id LIKE ?")
    .bind(`${prefix}-%`)
    .all<{ id: string; body: string }>();
  return new Map(results.map(({ id, body }) => [id, body]));
}

async function conflicts(name: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT seq, stored_hash, offered_hash FROM audit_conflicts WHERE chain = ? ORDER BY seq",
  )
    .bind(name)
    .all<{ seq: number; stored_hash: string; offered_hash: string }>();
  return results.map(({ seq, stored_hash, offered_hash }) => `${seq} ${stored_hash} ${offered_hash}`);
}

function alerts(name: string): Record<string, unknown>[] {
  return said.mock.calls
    .map(([line]) => JSON.parse(String(line)))
    .filter((alert: { alert: string }) => alert.alert === name);
}

test("whatever the queue and the database do, each event is stored once, and nothing is lost in silence", async () => {
  const property = fc.asyncProperty(scene, async ({ events, forged, poison, deliveries }) => {
    said.mockClear();
    const adversary = new Adversary();
    const true_events = chain(adversary.chain, events, "get_device");
    const forgeries = new Map(
      chain(adversary.chain, events, "contain_device").flatMap((event, index) =>
        forged.includes(index) ? [[index + 1, event] as const] : [],
      ),
    );
    for (const body of [...true_events, ...forgeries.values(), ...poison]) adversary.send(body);
    for (const step of deliveries) await adversary.deliver(step);
    await adversary.drain();

    // What was given up as undeliverable is still in its object's outbox, and sent again; here everything is.
    for (const body of [...true_events, ...forgeries.values()]) adversary.send(body);
    await adversary.drain();

    const last = await stored(adversary.chain);
    expect([...last.keys()].sort((a, b) => a - b)).toEqual(true_events.map((_, index) => index + 1));
    // Whichever came first is stored; the other one is on record beside it.
    const expected = true_events.flatMap((event, index) => {
      const forgery = forgeries.get(index + 1);
      const winner = last.get(index + 1) ?? "";
      expect([event, forgery]).toContain(winner);
      const loser = winner === event ? forgery : event;
      return loser === undefined ? [] : [`${index + 1} ${eventHash(winner)} ${eventHash(loser)}`];
    });
    const recorded = await conflicts(adversary.chain);
    expect(recorded).toEqual(expected);
    const alerted = alerts("audit_conflict").map(
      ({ seq, stored_hash, offered_hash }) => `${seq} ${stored_hash} ${offered_hash}`,
    );
    expect(new Set(alerted)).toEqual(new Set(recorded));

    const buried = await letters(adversary.chain);
    for (const { id, body, queue } of adversary.acknowledged) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      if (poison.includes(body as string) || queue === DEAD_QUEUE) expect(buried.get(id)).toBe(text);
      else expect([...last.values(), ...forgeries.values(), ...true_events]).toContain(text);
    }
    const mourned = new Set(alerts("audit_dead_letter").map(({ id }) => id));
    expect(mourned).toEqual(new Set(buried.keys()));
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS });
}, 120_000);

test("an event is acknowledged only once the database holds it", async () => {
  const order = fc.asyncProperty(fc.array(delivery, { minLength: 4, maxLength: 16 }), async (deliveries) => {
    const adversary = new Adversary();
    for (const event of chain(adversary.chain, 12, "get_device")) adversary.send(event);
    for (const step of deliveries) {
      await adversary.deliver(step);
      const held = new Set([...(await stored(adversary.chain)).values()]);
      const buried = await letters(adversary.chain);
      for (const { id, body } of adversary.acknowledged) {
        expect(held.has(String(body)) || buried.has(id)).toBe(true);
      }
      if (adversary.empty) break;
    }
  });
  await fc.assert(order, { seed: SEED, numRuns: RUNS / 2 });
}, 120_000);
