/** Sends an object's events to the queue, and keeps each until the store is seen to hold it. */
import type { Trouble } from "../../../verifier/event/trouble.ts";
import type { PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import type { Env } from "../../bindings.ts";
import { alert } from "../../observe/log.ts";
import { unsignedAnchors } from "../sign/unsigned-anchors.ts";
import { presentedAnchor, storeConflicts, storedHashes, troubleOf } from "../store/store.ts";
import type { Due } from "./due.ts";
import { type Delivery, type Reconciled, reconcile, type StoredMark } from "./reconcile.ts";

/** A queue takes at most 100 messages and 256 KB in one call. */
const MAX_BATCH_MESSAGES = 100;
const MAX_BATCH_BYTES = 250_000;

/** How much of the store is read back at once. */
const CONFIRM_PAGE = 1_000;
/** And how often, in one go. */
const MOST_PAGES = 100;

/** How long to leave the store alone when reading on wouldn't help, in milliseconds. */
const SHORTEST_PAUSE_MS = 1_000;

/** Sent so often without arriving that somebody should look: after about two minutes. */
const SENDS_BEFORE_ALERT = 6;

/** Until when the store should hold what was sent for the n-th time: 2 s, 4 s, 8 s, … 5 min. As SQL, by `sends`. */
const CHECK_AFTER_MS = "MIN(300000, 2000 << MIN(sends, 8))";

interface Unsent {
  readonly seq: number;
  readonly event: string;
}

/**
 * The events that the store hasn't been seen to hold. Acceptance by the queue is not durability: a row goes
 * only when the store, read back, holds it and everything before it.
 */
export class Outbox {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #due: Due;
  readonly #env: Env;
  readonly #queue: Queue;
  readonly #db: D1Database;
  readonly #report: (troubles: readonly Trouble[]) => Promise<void>;
  /** Everything before it was sent. In memory, so that a long outbox isn't looked through for each batch. */
  #unsent_from = 0;

  /** @param report has the tenant's object take note of what the store refused */
  constructor(
    storage: DurableObjectStorage,
    due: Due,
    env: Env,
    report: (troubles: readonly Trouble[]) => Promise<void>,
  ) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#due = due;
    this.#env = env;
    this.#queue = env.AUDIT_QUEUE;
    this.#db = env.DB;
    this.#report = report;
  }

  /** Sends what hasn't been sent, in order. @throws when the queue refuses: the rest stays for the next time. */
  async flush(): Promise<void> {
    try {
      for (let more = true; more; ) {
        const batch = this.#unsent();
        if (batch.events.length === 0) return;
        await this.#send(batch.events);
        // What is appended meanwhile has a flush of its own to come.
        more = batch.more;
      }
    } finally {
      this.#scheduleConfirm(Date.now());
    }
  }

  async #send(batch: readonly Unsent[]): Promise<void> {
    await this.#queue.sendBatch(batch.map(({ event }) => ({ body: event, contentType: "text" })));
    const [first, last] = [batch[0]?.seq ?? 0, batch.at(-1)?.seq ?? 0];
    this.#sql.exec(
      `UPDATE audit_outbox SET check_at = ? + ${CHECK_AFTER_MS}, sends = sends + 1
       WHERE seq BETWEEN ? AND ? AND check_at IS NULL`,
      Date.now(),
      first,
      last,
    );
    // Not if something before it was found missing meanwhile.
    if (this.#unsent_from === first) this.#unsent_from = last + 1;
  }

  /**
   * Reads the store back, lets go of what it holds, and has sent again what it should hold and doesn't.
   * @throws when the store can't be read or can't take a conflict.
   */
  async confirm(): Promise<void> {
    const chain = this.#sql
      .exec<{ chain: string; seq: number; confirmed_seq: number }>(
        "SELECT chain, seq, confirmed_seq FROM audit_chain WHERE id = 1",
      )
      .one();
    const { stored, through } = await this.#stored(chain);
    // Read last: what an anchor lets go between the two reads is under it. Nearly always there is nothing to ask.
    const whole = stored[0]?.seq === chain.confirmed_seq + 1;
    const anchored = whole ? null : await this.#anchored(chain);
    const now = Date.now();
    const outbox = this.#deliveries(chain.confirmed_seq, through);
    const result = reconcile(chain.confirmed_seq, outbox, stored, now, anchored);
    const readOn = through < chain.seq && result.confirmed_seq > chain.confirmed_seq;
    this.#storage.transactionSync(() => this.#apply(result, now, readOn));
    this.#reportUndelivered(chain.chain, result.missing);
    await this.#reportConflicts(chain.chain, result.conflicts);
  }

  /**
   * What the store holds of the chain after the confirmed mark, and up to which number that is everything. All
   * pages, because a conflict holds the mark where it is: what is beyond it has to be seen all the same.
   */
  async #stored(head: {
    chain: string;
    seq: number;
    confirmed_seq: number;
  }): Promise<{ stored: StoredMark[]; through: number }> {
    const { chain, seq: through } = head;
    const stored: StoredMark[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const after = stored.at(-1)?.seq ?? head.confirmed_seq;
      const rows = await storedHashes(this.#db, { chain, after, through, limit: CONFIRM_PAGE });
      stored.push(...rows);
      if (rows.length < CONFIRM_PAGE) return { stored, through };
    }
    return { stored, through: stored.at(-1)?.seq ?? through };
  }

  /** Up to where the store let the chain go, by a signed word: on anybody else's, nothing is let go of here. */
  async #anchored(head: { chain: string; confirmed_seq: number }): Promise<PresentedAnchor | null> {
    const anchor = await presentedAnchor(this.#db, head.chain);
    if (anchor === null || anchor.seq <= head.confirmed_seq) return null;
    const [unsigned] = await unsignedAnchors(this.#env, [anchor], "object");
    return unsigned === undefined ? anchor : null;
  }

  #apply({ confirmed_seq, missing, waiting, conflicts }: Reconciled, now: number, readOn: boolean): void {
    this.#sql.exec("UPDATE audit_chain SET confirmed_seq = ? WHERE id = 1", confirmed_seq);
    this.#sql.exec("DELETE FROM audit_outbox WHERE seq <= ?", confirmed_seq);
    if (missing[0] !== undefined) this.#unsent_from = Math.min(this.#unsent_from, missing[0]);
    for (const seq of missing) this.#sql.exec("UPDATE audit_outbox SET check_at = NULL WHERE seq = ?", seq);
    for (const seq of [...waiting, ...conflicts.map((conflict) => conflict.seq)]) {
      // Sending it again would change nothing; looking again might.
      this.#sql.exec(
        `UPDATE audit_outbox SET check_at = ? + ${CHECK_AFTER_MS}, sends = sends + 1 WHERE seq = ?`,
        now,
        seq,
      );
    }
    if (missing.length > 0) this.#due.soon("flush", "", now);
    if (readOn) this.#due.set("confirm", "", now);
    else this.#scheduleConfirm(now + SHORTEST_PAUSE_MS);
  }

  #scheduleConfirm(earliest: number): void {
    const { at } = this.#sql
      .exec<{ at: number | null }>("SELECT MIN(check_at) AS at FROM audit_outbox")
      .one();
    if (at !== null) this.#due.set("confirm", "", Math.max(at, earliest));
  }

  /** The next batch, and whether there was more than goes into one. */
  #unsent(): { readonly events: readonly Unsent[]; readonly more: boolean } {
    const rows = this.#sql
      .exec<{ seq: number; event: string; bytes: number }>(
        `SELECT seq, event, LENGTH(CAST(event AS BLOB)) AS bytes FROM audit_outbox
         WHERE seq >= ? AND check_at IS NULL ORDER BY seq LIMIT ?`,
        this.#unsent_from,
        MAX_BATCH_MESSAGES + 1,
      )
      .toArray();
    let bytes = 0;
    const too_much = rows.findIndex((row, nth) => {
      bytes += row.bytes;
      return nth === MAX_BATCH_MESSAGES || bytes > MAX_BATCH_BYTES;
    });
    const events = too_much === -1 ? rows : rows.slice(0, too_much);
    this.#unsent_from = events[0]?.seq ?? this.#unsent_from;
    return { events, more: rows.length > events.length };
  }

  #deliveries(after: number, through: number): Delivery[] {
    return this.#sql
      .exec<{ seq: number; hash: string; check_at: number | null }>(
        "SELECT seq, hash, check_at FROM audit_outbox WHERE seq > ? AND seq <= ? ORDER BY seq",
        after,
        through,
      )
      .toArray();
  }

  #reportUndelivered(chain: string, missing: readonly number[]): void {
    const [seq] = missing;
    if (seq === undefined) return;
    const row = this.#sql
      .exec<{ sends: number }>("SELECT sends FROM audit_outbox WHERE seq = ?", seq)
      .toArray()[0];
    if (row === undefined || row.sends < SENDS_BEFORE_ALERT) return;
    alert("audit_undelivered", { chain, seq, missing: missing.length, sends: row.sends });
  }

  async #reportConflicts(chain: string, conflicts: Reconciled["conflicts"]): Promise<void> {
    if (conflicts.length === 0) return;
    const rows = conflicts.flatMap(({ seq, stored_hash }) =>
      this.#sql
        .exec<{ hash: string; event: string }>("SELECT hash, event FROM audit_outbox WHERE seq = ?", seq)
        .toArray()
        .map(({ hash, event }) => ({
          chain,
          seq,
          stored_hash,
          offered_hash: hash,
          offered_event: event,
          seen_by: "object" as const,
        })),
    );
    for (const { offered_event: _event, ...conflict } of rows) alert("audit_conflict", conflict);
    await storeConflicts(this.#db, rows);
    await this.#report(rows.map(troubleOf));
  }
}
