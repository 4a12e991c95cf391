/** Exports and verifies a tenant's audit before its database goes. */
import { DatabaseSync } from "node:sqlite";
import { recordColumns } from "../../verifier/event/stored-event.ts";
import { proofLine, rowLine } from "../../verifier/export/export.ts";
import { checkpointTail, gatherEvidence, type PresentedProof } from "../../verifier/verify/evidence.ts";
import { watchTenant } from "../../verifier/verify/foreign.ts";
import type { PlantedRow, Presented } from "../../verifier/verify/planted.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import {
  ANCHORS,
  CHECKPOINTS,
  EVENTS,
  everyRow,
  presentedEvent,
  presentedProof,
} from "../../verifier/verify/walk.ts";

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
    const events = rows(everyRow(EVENTS)).map(presentedEvent);
    const proofs = [ANCHORS, CHECKPOINTS].flatMap((table) =>
      rows(everyRow(table)).map((row) => presentedProof(table, row)),
    );
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
  proofs: readonly (PresentedProof | PlantedRow)[],
  events: readonly Presented[],
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
  const failures = found.filter(({ defect }) => defect !== "in_flight");
  return {
    findings: failures.map(({ chain, seq, defect, detail }) => `${chain} ${seq} ${defect}: ${detail}`),
  };
}

function* linesOf(
  proofs: readonly (PresentedProof | PlantedRow)[],
  events: readonly Presented[],
): Generator<string> {
  for (const proof of proofs) yield proofLine(proof);
  for (const row of events) yield rowLine(row);
}
