import { eventHash } from "./chain.ts";
import { type AuditEvent, type AuditRecord, readRecord } from "./record.ts";

/** One event as a store or an export presents it. Nothing of it is trusted. */
export interface StoredEvent {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly event: string;
  /** Everything that stands beside the text, by name. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** A stored event with what its text says of itself. */
export interface Entry {
  readonly stored: StoredEvent;
  /** Recomputed from the text. */
  readonly hash: string;
  /** What the text says; `null` if it isn't an event's. */
  readonly claims: { readonly record: AuditRecord; readonly event: AuditEvent } | null;
}

/** Where a chain ends by its own object's word. */
export interface LiveHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** The first event that the object still holds to be sent; `null` when it holds none. */
  readonly pending_from: number | null;
}

/** A row of `audit_events`, whatever was done to it. */
export function fromRow({ event, ...columns }: Readonly<Record<string, unknown>>): StoredEvent {
  return {
    chain: String(columns.chain),
    seq: Number(columns.seq),
    hash: String(columns.hash),
    event: String(event),
    columns,
  };
}

/** What the columns of a row of `audit_events` must say. */
export function recordColumns({ event: _event, ...columns }: AuditRecord): Readonly<Record<string, unknown>> {
  return columns;
}

/** Reads what a stored event's text says. */
export function entryOf(stored: StoredEvent): Entry {
  const read = readRecord(stored.event);
  return { stored, hash: eventHash(stored.event), claims: read.ok ? read : null };
}

/** The text is the one that the stored hash was taken of. That alone proves little: both may be forged. */
export function isSound({ claims, hash, stored }: Entry): boolean {
  return claims !== null && hash === stored.hash;
}
