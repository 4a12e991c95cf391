import { link } from "../../src/audit/event/chain.ts";
import type { AuditFact } from "../../src/audit/event/event.ts";
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";
import { type AuditRecord, readRecord } from "../../verifier/event/record.ts";
import { fromRow, type LiveHead, type StoredEvent } from "../../verifier/event/stored-event.ts";

/** A fact that fills every column. */
export const FULL_FACT: AuditFact = {
  type: "call",
  subject: "ada",
  roles: ["responder"],
  session_id: "s1",
  client_id: "https://client.test/metadata.json",
  tool: "contain_device",
  decision: "allow",
  outcome: "error",
  error_kind: "transient",
  error_code: "upstream_timeout",
  target: "device/d1",
  operation_id: "op_1",
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  latency_ms: 12.5,
};

/** The records of a chain of `length` events, one like the other but for their place. */
export function chainRecords(
  chain: string,
  length: number,
  fact: AuditFact = FULL_FACT,
  tenant = "acme",
): AuditRecord[] {
  return chainOf(chain, new Array(length).fill(fact), tenant);
}

/** The records of a chain of these facts. */
export function chainOf(chain: string, facts: readonly AuditFact[], tenant = "acme"): AuditRecord[] {
  let head: ChainHead = GENESIS;
  return facts.map((fact, index) => {
    const next = link(
      head,
      {
        chain,
        tenant,
        event_id: `0190c0de-0000-7000-8000-${String(index + 1).padStart(12, "0")}`,
        at: new Date(1_800_000_000_000 + index).toISOString(),
      },
      fact,
    );
    head = next;
    return recordOf(next.event);
  });
}

/** The record that an event's text determines. */
export function recordOf(event: string): AuditRecord {
  const read = readRecord(event);
  if (!read.ok) throw new Error(read.reason);
  return read.record;
}

/** A record as the store holds it. */
export function stored(record: AuditRecord): StoredEvent {
  return fromRow({ ...record });
}

/** The head of a chain as its own object has it, with nothing left to send. */
export function headOf(records: readonly AuditRecord[]): LiveHead {
  const last = records.at(-1);
  if (last === undefined) throw new Error("an empty chain has no head here");
  return { chain: last.chain, seq: last.seq, hash: last.hash, pending_from: null, overdue_through: null };
}
