/** Verifies an export by itself, without the instance it comes from. */
import { exportColumns, readExport } from "../../verifier/export/exported.ts";
import { readExportedProofs } from "../../verifier/export/exported-proofs.ts";
import { checkpointTail, gatherEvidence } from "../../verifier/verify/evidence.ts";
import type { VerifierFinding } from "../../verifier/verify/finding.ts";
import { watchTenant } from "../../verifier/verify/foreign.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { linesOf } from "./lines.ts";
import { progress, report } from "./report.ts";
import type { Brought } from "./verify-live.ts";

/**
 * Verifies an export by itself, and reports. Without a key, checkpoints are taken at their word, and the report says
 * that no signature was checked.
 */
export async function verifyOffline(file: string, { keys, kept, tenant: whose }: Brought): Promise<void> {
  const lines = linesOf(file);
  const proofs = { [Symbol.iterator]: () => readExportedProofs(lines) };
  const exported = { [Symbol.iterator]: () => readExport(lines) };
  const { events, foreign } =
    whose === undefined ? { events: exported, foreign: () => [] } : watchTenant(exported, whose);
  const gathered = await gatherEvidence(proofs, keys.length > 0 ? keys : null, kept);
  const verification = verifyEvents(events, null, exportColumns, gathered.evidence, progress());
  const { tenant, newest } = verification;
  const unsigned: VerifierFinding[] =
    keys.length > 0 && gathered.checkpoints === 0
      ? [
          {
            chain: "checkpoint",
            seq: 1,
            defect: "removed",
            detail: "no checkpoint is here, so nothing was signed",
          },
        ]
      : [];
  report(verification, gathered, keys.length > 0 ? "verified" : "not checked", [
    ...unsigned,
    ...gathered.findings,
    ...checkpointTail(gathered.last, tenant.checkpoint, newest),
    ...verification.findings,
    ...foreign(),
  ]);
}
