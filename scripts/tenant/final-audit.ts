import { DatabaseSync } from "node:sqlite";
import { checkpointTail, gatherEvidence, type PresentedProof } from "../../src/audit/evidence.ts";
import { anchorLine, checkpointLine, exportLine } from "../../src/audit/export.ts";
import { watchTenant } from "../../src/audit/foreign.ts";
import { RECORD_COLUMNS } from "../../src/audit/record.ts";
import { fromRow, recordColumns, type StoredEvent } from "../../src/audit/stored-event.ts";
import { verifyEvents } from "../../src/audit/verify.ts";

/** A tenant's audit as its database's dump holds it. */
export interface FinalAudit {
  /** Lines, as `npm run audit -- export` prints them. */
  readonly lines: Iterable<string>;
  readonly events: number;
  /** Each defect in words, with chain and number. Empty if all holds. */
  readonly findings: readonly string[];
}

/**
 * Reads the audit out of a dump of the database, and verifies it as far as it can be by itself: chains up to their
 * last checkpoint, and that every event is this tenant's.
 * @throws when the dump isn't one of an audit database
 */
export async function auditOfDump(sql: string, tenant: string): Promise<FinalAudit> {
  const database = new DatabaseSync(":memory:");
  try {
    database.exec(sql);
    const rows = (query: string): Record<string, unknown>[] => database.prepare(query).all();
    const events = rows(`SELECT ${RECORD_COLUMNS.join(", ")} FROM audit_events ORDER BY chain, seq`).map(
      fromRow,
    );
    const proofs = [
      ...rows("SELECT chain, seq, hash, jws FROM audit_anchors ORDER BY chain").map(
        (anchor) => ({ kind: "anchor", ...anchor }) as PresentedProof,
      ),
      ...rows("SELECT n, jws, heads FROM audit_checkpoints ORDER BY n").map(
        (checkpoint) => ({ kind: "checkpoint", ...checkpoint }) as PresentedProof,
      ),
    ];
    return {
      lines: linesOf(proofs, events),
      events: events.length,
      ...(await verify(proofs, events, tenant)),
    };
  } finally {
    database.close();
  }
}

async function verify(
  proofs: readonly PresentedProof[],
  events: readonly StoredEvent[],
  tenant: string,
): Promise<Pick<FinalAudit, "findings">> {
  const gathered = await gatherEvidence(proofs, null, []);
  const watched = watchTenant(events, tenant);
  const verification = verifyEvents(watched.events, null, recordColumns, gathered.evidence);
  const { tenant: word, newest } = verification;
  const found = [
    ...gathered.findings,
    ...checkpointTail(gathered.last, word.checkpoint, newest),
    ...verification.findings,
    ...watched.foreign(),
  ];
  return { findings: found.map(({ chain, seq, defect, detail }) => `${chain} ${seq} ${defect}: ${detail}`) };
}

function* linesOf(proofs: readonly PresentedProof[], events: readonly StoredEvent[]): Generator<string> {
  for (const proof of proofs) yield proof.kind === "anchor" ? anchorLine(proof) : checkpointLine(proof);
  for (const { chain, seq, hash, event, columns } of events) {
    yield exportLine({ chain, seq, prev: String(columns.prev), hash }, event);
  }
}
