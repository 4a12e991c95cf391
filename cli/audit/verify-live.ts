/** Verifies the audit that an instance keeps on this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { type LiveHead, recordColumns } from "../../verifier/event/stored-event.ts";
import type { PublicKey } from "../../verifier/proof/signature.ts";
import { checkpointTail, gatherEvidence } from "../../verifier/verify/evidence.ts";
import type { VerifierFinding } from "../../verifier/verify/finding.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { type Rows, readAsOfNow } from "../local/database-file.ts";
import { type LiveSigning, readLiveHeads, readSigning } from "./live-chains.ts";
import { progress, report } from "./report.ts";
import { isHeld, storedEvents, storedProofs } from "./store.ts";

const POLL_MS = 250;
const WAITING = "waiting for what is on its way to the database";

type LiveHeads = ReadonlyMap<string, LiveHead>;

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
  await delivery(stateDir, awaited, wait_s);
  // What can only grow is read in this order: nothing may be newer than what it is held against.
  const signing = readSigning(stateDir);
  const seen = await readAsOfNow(stateDir, (rows) => lookAt(stateDir, rows, awaited, signing, brought));
  report(seen.verification, seen.gathered, seen.signatures, seen.findings);
}

/** Ends when the database holds what is awaited, or when the time is over. Says on stderr that it waits. */
async function delivery(stateDir: string, awaited: LiveHeads, wait_s: number): Promise<void> {
  const deadline = Date.now() + wait_s * 1_000;
  let told = false;
  while (!isHeld(stateDir, awaited) && Date.now() < deadline) {
    if (!told) process.stderr.write(`${WAITING}, ${wait_s} s at most\n`);
    told = true;
    await sleep(POLL_MS);
  }
}

async function lookAt(
  stateDir: string,
  rows: Rows,
  awaited: LiveHeads,
  signing: LiveSigning | null,
  brought: Brought,
) {
  let heads = awaited;
  const keys = brought.keys.length > 0 ? brought.keys : (signing?.keys ?? null);
  const gathered = await gatherEvidence(storedProofs(rows), keys, brought.kept);
  const verification = verifyEvents(
    storedEvents(rows),
    () => {
      heads = readLiveHeads(stateDir);
      return heads;
    },
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
      ...verification.findings.filter((finding) => !isLater(finding, awaited, heads)),
    ],
  };
}

/** What a running instance did after this command began is neither awaited nor a finding. */
function isLater({ defect, chain, seq }: VerifierFinding, awaited: LiveHeads, heads: LiveHeads): boolean {
  const at_the_end = defect === "undelivered" || defect === "in_flight" || defect === "cut_tail";
  return at_the_end && heads.has(chain) && Number(seq) > (awaited.get(chain)?.seq ?? 0);
}
