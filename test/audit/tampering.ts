import { eventHash } from "../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../verifier/event/record.ts";
import { type LiveHead, recordColumns, type StoredEvent } from "../../verifier/event/stored-event.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { recordOf, stored } from "./chain-fixture.ts";

/** What a store presents: by chain and number. */
export function inOrder(rows: readonly StoredEvent[]): StoredEvent[] {
  return rows.toSorted((a, b) => (a.chain === b.chain ? a.seq - b.seq : a.chain < b.chain ? -1 : 1));
}

export function heads(...list: LiveHead[]): Map<string, LiveHead> {
  return new Map(list.map((head) => [head.chain, head]));
}

/** The defects found online, as `defect seq` or `defect first-last`. */
export function found(rows: readonly StoredEvent[], live: ReadonlyMap<string, LiveHead> | null): string[] {
  return verifyEvents(rows, live && (() => live), recordColumns).findings.map(
    ({ defect, seq, through_seq }) => `${defect} ${seq}${through_seq === undefined ? "" : `-${through_seq}`}`,
  );
}

/** Another row's columns, moved to another place. */
export function at(row: StoredEvent, seq: number): StoredEvent {
  return { ...row, seq, columns: { ...row.columns, seq } };
}

/** The row with another text, with or without the hash that the text has then. */
export function withText(row: StoredEvent, event: string, rehash: boolean): StoredEvent {
  const hash = rehash ? eventHash(event) : row.hash;
  return { ...row, event, hash, columns: { ...row.columns, hash } };
}

/** A row that a forger made: a text of its own, correctly hashed. */
export function forged(record: AuditRecord, change: Record<string, unknown>): StoredEvent {
  const text = JSON.stringify({ ...JSON.parse(record.event), ...change });
  return stored(recordOf(text));
}
