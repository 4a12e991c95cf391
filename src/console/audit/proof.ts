/** Finds an event with its neighbours in the database, and recomputes what proves its place. */
import { eventHash, GENESIS } from "../../../verifier/event/chain-head.ts";
import { inPlace } from "../../../verifier/event/place.ts";
import { type AuditRecord, RECORD_COLUMNS, readRecord } from "../../../verifier/event/record.ts";

/** One event and its neighbours, as the database has them. */
export interface Placed {
  readonly row: AuditRecord;
  /** Hash of the event before in the chain; `null` if the database doesn't have it. */
  readonly before: string | null;
  /** `prev` of the event after; `null` if there is none yet. */
  readonly after: string | null;
  /** Times that another event was offered for this place. */
  readonly conflicts: number;
}

/** One thing that was recomputed. `null`: it can't be, or not yet. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean | null;
  readonly detail: string;
}

/** An event by its id, or `null`. */
export async function placedEvent(db: D1Database, event_id: string): Promise<Placed | null> {
  const row = await db
    .prepare(`SELECT ${RECORD_COLUMNS.join(", ")} FROM audit_events WHERE event_id = ? AND ${inPlace()}`)
    .bind(event_id)
    .first<AuditRecord>();
  if (row === null) return null;
  const neighbours = await db
    .prepare(
      `SELECT (SELECT hash FROM audit_events WHERE chain = ?1 AND seq = ?2 - 1) AS before,
         (SELECT prev FROM audit_events WHERE chain = ?1 AND seq = ?2 + 1) AS after,
         (SELECT COUNT(*) FROM audit_conflicts WHERE chain = ?1 AND seq = ?2) AS conflicts`,
    )
    .bind(row.chain, row.seq)
    .first<Omit<Placed, "row">>();
  return {
    row,
    before: neighbours?.before ?? null,
    after: neighbours?.after ?? null,
    conflicts: neighbours?.conflicts ?? 0,
  };
}

/** Recomputes an event's proof from its text. Pure. */
export function proofChecks({ row, before, after, conflicts }: Placed): readonly Check[] {
  const hash = eventHash(row.event);
  const read = readRecord(row.event);
  const differing = read.ok ? RECORD_COLUMNS.filter((name) => read.record[name] !== row[name]) : ["event"];
  const first = row.seq === GENESIS.seq + 1;
  const expected = first ? GENESIS.hash : before;
  return [
    {
      claim: "Its text is the one that was hashed",
      holds: hash === row.hash,
      detail:
        hash === row.hash ? "SHA-256, recomputed just now, equals the stored hash" : `recomputed: ${hash}`,
    },
    {
      claim: first ? "It is the first of its chain" : "It builds on the event before it",
      holds: expected === null ? null : expected === row.prev,
      detail:
        expected === null
          ? "the event before it isn't here, or not yet"
          : first
            ? "its prev is the hash that every chain begins with"
            : "its prev is the hash of the event before",
    },
    {
      claim: "The event after it builds on it",
      holds: after === null ? null : after === row.hash,
      detail: after === null ? "there is none yet" : "that event's prev is this one's hash",
    },
    {
      claim: "Its search columns match its text",
      holds: differing.length === 0,
      detail:
        differing.length === 0
          ? "every column, recomputed from the text"
          : `differs: ${differing.join(", ")}`,
    },
    {
      claim: "No other event was ever offered for its place",
      holds: conflicts === 0,
      detail: conflicts === 0 ? "no conflict on record" : `${conflicts} on record`,
    },
  ];
}
