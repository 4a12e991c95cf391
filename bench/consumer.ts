/** What the queue's consumer stores in a second, and how large its database gets. */
import type { D1Database } from "@cloudflare/workers-types";
import type { Contender } from "./contenders.ts";
import { reissue } from "./growth/reissue.ts";
import { CALL_KINDS, type CallKind, EVENTS_PER_CALL, type Left } from "./growth/traffic.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** Events a second in batches of one size, from calls of one kind. */
export interface Throughput {
  readonly kind: CallKind;
  readonly batch: number;
  /** Events that the database held when the measuring began. */
  readonly held: number;
  readonly fresh: Spread;
  /** Of the same events, delivered once more. */
  readonly again: Spread;
}

/** What a call's events take in the database, indexes included. */
export interface Footprint {
  readonly kind: CallKind;
  readonly events_per_call: number;
  readonly event_bytes: number;
  readonly database_bytes_per_event: number;
  readonly database_bytes_per_call: number;
}

/** One queue, as `wrangler.toml` declares its consumer. */
export interface QueueConsumer {
  readonly queue: string;
  readonly max_batch: number;
}

/** At most so many events, and so many batches, in one timing. */
const MOST_EVENTS = 4_000;
const MOST_BATCHES = 200;
/** Of each kind, at once while filling. */
const FILLED_AT_ONCE = 5_000;

/** Feeds a contender's consumer with what calls left, in ever new copies. */
export class Feeder {
  readonly #contender: Contender;
  readonly #db: D1Database;
  readonly #left: Left;
  readonly #consumer: QueueConsumer;
  #copies = 0;

  constructor(contender: Contender, db: D1Database, left: Left, consumer: QueueConsumer) {
    this.#contender = contender;
    this.#db = db;
    this.#left = left;
    this.#consumer = consumer;
  }

  /** Measures all kinds of calls at all sizes of batches, each once in a round. */
  async throughput(rounds: number): Promise<Throughput[]> {
    const held = await this.#rows();
    const cells = CALL_KINDS.flatMap((kind) =>
      [1, 10, this.#consumer.max_batch].map((batch) => {
        const [fresh, again]: [number[], number[]] = [[], []];
        return { kind, batch, fresh, again };
      }),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { kind, batch, fresh, again } of round % 2 === 0 ? cells : cells.toReversed()) {
        const events = this.#events(kind, Math.min(MOST_EVENTS, batch * MOST_BATCHES));
        await this.#bring(events);
        fresh.push(await this.#perSecond(events.length, batch, events.length));
        again.push(await this.#perSecond(events.length, batch, 0));
      }
    }
    return cells.map(({ kind, batch, fresh, again }) => ({
      ...{ kind, batch, held },
      ...{ fresh: spreadOf(fresh), again: spreadOf(again) },
    }));
  }

  /** Stores `events` of each kind, and says what they take. */
  async fill(events: number): Promise<Footprint[]> {
    const footprints: Footprint[] = [];
    for (const kind of CALL_KINDS) {
      const before = await this.#bytes();
      let text_bytes = 0;
      for (let stored = 0; stored < events; stored += FILLED_AT_ONCE) {
        const part = this.#events(kind, Math.min(FILLED_AT_ONCE, events - stored));
        text_bytes += part.reduce((sum, event) => sum + Buffer.byteLength(event), 0);
        await this.#bring(part);
        await this.#perSecond(part.length, this.#consumer.max_batch, part.length);
      }
      const per_event = ((await this.#bytes()) - before) / events;
      footprints.push({
        kind,
        events_per_call: EVENTS_PER_CALL[kind],
        event_bytes: text_bytes / events,
        database_bytes_per_event: per_event,
        database_bytes_per_call: per_event * EVENTS_PER_CALL[kind],
      });
    }
    return footprints;
  }

  /** @throws Error if anything that was fed was recorded as something else than an event */
  async assertSound(): Promise<void> {
    for (const table of ["audit_conflicts", "audit_dead_letters"]) {
      const n = await this.#db.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<number>("n");
      if (n !== 0) throw new Error(`${table} holds ${n} rows`);
    }
  }

  #events(kind: CallKind, count: number): string[] {
    const texts = this.#left[kind].map(({ event }) => event);
    const events: string[] = [];
    while (events.length < count) {
      this.#copies += 1;
      events.push(...reissue(texts, this.#copies));
    }
    return events.slice(0, count);
  }

  async #bring(events: readonly string[]): Promise<void> {
    await this.#post("/bench/bring", JSON.stringify(events));
  }

  /** @throws Error unless every event is acknowledged and `rows` more are there. */
  async #perSecond(events: number, batch: number, rows: number): Promise<number> {
    const before = await this.#rows();
    const query = new URLSearchParams({ queue: this.#consumer.queue, batch: String(batch) });
    const began = performance.now();
    const answer = await this.#post(`/bench/consume?${query}`);
    const seconds = (performance.now() - began) / 1000;
    const { acknowledged } = JSON.parse(answer) as { acknowledged: number };
    const added = (await this.#rows()) - before;
    if (acknowledged !== events || added !== rows)
      throw new Error(
        `of ${events} events ${acknowledged} were acknowledged; ${added} rows came, not ${rows}`,
      );
    return events / seconds;
  }

  async #post(path: string, body = ""): Promise<string> {
    const answer = await fetch(new URL(path, this.#contender.mcp_url), { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  }

  async #rows(): Promise<number> {
    return (await this.#db.prepare("SELECT COUNT(*) AS n FROM audit_events").first<number>("n")) ?? 0;
  }

  async #bytes(): Promise<number> {
    return (await this.#db.prepare("SELECT 1").run()).meta.size_after;
  }
}
