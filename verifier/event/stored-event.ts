/**
 * Declares an event as a store or an export presents it, and reads what its text says. Nothing beside the
 * text is trusted.
 */
import { eventHash } from "./chain-head.ts";
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

/** What should stand beside an event's text, by name. */
export type ColumnsOf = (record: AuditRecord, event: AuditEvent) => Readonly<Record<string, unknown>>;

/** A stored event with what its text says of itself. Without the text: there may be millions. */
export interface Entry {
  /** The chain, number and hash under which it is stored. */
  readonly chain: string;
  readonly seq: number;
  readonly stored_hash: string;
  /** Recomputed from the text. */
  readonly hash: string;
  /** What the text says; `null` if it isn't an event's. */
  readonly says: { readonly chain: string; readonly seq: number; readonly prev: string } | null;
  /** Names of what stands beside the text and isn't what the text makes it. */
  readonly mismatched: readonly string[];
}

/** Where a chain ends by its own object's word. */
export interface LiveHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** The first event that the object still holds to be sent; `null` when it holds none. */
  readonly pending_from: number | null;
  /** The last of those that has waited for longer than it may be on its way; `null` when none has. */
  readonly overdue_through: number | null;
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

/** Reads what a stored event's text says. `event` is the text, parsed, where it could be. Pure. */
export function entryOf(
  stored: StoredEvent,
  columnsOf: ColumnsOf,
): { readonly entry: Entry; readonly event: AuditEvent | null } {
  const { chain, seq, hash: stored_hash, columns } = stored;
  const read = readRecord(stored.event);
  if (!read.ok) {
    const hash = eventHash(stored.event);
    return { entry: { chain, seq, stored_hash, hash, says: null, mismatched: [] }, event: null };
  }
  const { record, event } = read;
  const says = { chain: record.chain, seq: record.seq, prev: record.prev };
  const mismatched = differing(columns, columnsOf(record, event));
  return { entry: { chain, seq, stored_hash, hash: record.hash, says, mismatched }, event };
}

/** The text is the one that the stored hash was taken of. That alone proves little: both may be forged. */
export function isSound({ says, hash, stored_hash }: Entry): boolean {
  return says !== null && hash === stored_hash;
}

/** The number is compared by place, when the chain is followed. */
function differing(
  stored: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(expected)]);
  return [...names].filter((name) => name !== "seq" && stored[name] !== expected[name]);
}
