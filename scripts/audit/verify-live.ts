import { setTimeout as sleep } from "node:timers/promises";
import { checkpointTail, gatherEvidence } from "../../src/audit/evidence.ts";
import type { PublicKey } from "../../src/audit/signing.ts";
import { type LiveHead, recordColumns } from "../../src/audit/stored-event.ts";
import { verifyEvents } from "../../src/audit/verify.ts";
import { type Query, queryDatabase } from "../database-file.ts";
import { readLiveHeads, readSigning } from "../live-chains.ts";
import { progress, report } from "./report.ts";
import { isHeld, storedEvents, storedProofs, troubles } from "./store.ts";

const POLL_MS = 250;
/** Retention may take events away between two pages; then it is looked at again. */
const LOOKS = 3;

/** What somebody who verifies may bring along. */
export interface Brought {
  /** Empty: those that the tenant's object accepts. */
  readonly keys: readonly PublicKey[];
  /** Checkpoints that were kept elsewhere, as signed. */
  readonly kept: readonly string[];
  /** Whose export it has to be. Not asked of a live instance: it says itself who it is. */
  readonly tenant?: string;
}

/** Verifies what an instance keeps in `stateDir`, whether it runs or not, and reports. */
export async function verifyLive(stateDir: string, wait_s: number, brought: Brought): Promise<void> {
  const awaited = readLiveHeads(stateDir);
  const deadline = Date.now() + wait_s * 1_000;
  while (!isHeld(stateDir, awaited) && Date.now() < deadline) await sleep(POLL_MS);
  for (let look = 1; ; look++) {
    const anchors = anchorsIn(stateDir);
    const seen = await lookAt(stateDir, awaited, brought);
    if (seen.findings.length === 0 || look === LOOKS || anchors === anchorsIn(stateDir)) {
      report(seen.verification, seen.gathered, seen.signatures, seen.findings, troubles(stateDir));
      return;
    }
  }
}

async function lookAt(stateDir: string, awaited: ReadonlyMap<string, LiveHead>, brought: Brought) {
  // What can only grow is read in this order: nothing may be newer than what it is held against.
  const signing = readSigning(stateDir);
  const keys = brought.keys.length > 0 ? brought.keys : (signing?.keys ?? null);
  // Nothing is held between two pages: a look may take as long as it likes.
  const run: Query = (query, ...parameters) => queryDatabase(stateDir, query, ...parameters);
  const gathered = await gatherEvidence(storedProofs(run), keys, brought.kept);
  const verification = verifyEvents(
    storedEvents(run),
    () => readLiveHeads(stateDir),
    recordColumns,
    gathered.evidence,
    progress(),
  );
  return {
    verification,
    gathered,
    signatures: keys === null ? ("not checked" as const) : ("verified" as const),
    findings: [
      ...gathered.findings,
      ...checkpointTail(gathered.last, signing, ""),
      // What a running instance did after this command began is neither awaited nor a finding.
      ...verification.findings.filter(
        ({ defect, chain, seq }) => defect !== "undelivered" || seq <= (awaited.get(chain)?.seq ?? 0),
      ),
    ],
  };
}

function anchorsIn(stateDir: string): string {
  const rows = queryDatabase(stateDir, "SELECT chain, seq FROM audit_anchors ORDER BY chain");
  return JSON.stringify(rows);
}
