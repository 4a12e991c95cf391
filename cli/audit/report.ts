/** Prints what a verification found, and how far it is. */
import type { Gathered } from "../../verifier/verify/evidence.ts";
import type { VerifierFinding } from "../../verifier/verify/finding.ts";
import type { Verification } from "../../verifier/verify/verify.ts";

/** The most findings that are printed. The rest is counted. */
const MOST_FINDINGS = 1_000;
const PROGRESS_EVENTS = 100_000;

/** Prints the summary, one line of JSON, and says by the exit code whether everything holds. */
export function report(
  { chains, events }: Verification,
  { checkpoints, anchors, last }: Gathered,
  signatures: "verified" | "not checked",
  found: readonly VerifierFinding[],
): void {
  const on_their_way = found.filter(({ defect }) => defect === "in_flight");
  const findings = found.filter(({ defect }) => defect !== "in_flight");
  const ok = findings.length === 0;
  const summary = {
    ok,
    chains,
    events,
    in_flight: on_their_way.reduce((sum, { seq, through_seq }) => sum + lengthOf(seq, through_seq), 0),
    checkpoints,
    last_checkpoint: last === null ? null : { n: last.n, at: last.at },
    anchors,
    signatures,
    conflicts: findings.filter(({ defect }) => defect === "conflict").length,
    dead_letters: findings.filter(({ defect }) => defect === "dead_letter").length,
    ...(on_their_way.length > 0 ? { on_their_way: on_their_way.slice(0, MOST_FINDINGS) } : {}),
    ...(findings.length > MOST_FINDINGS ? { findings_in_all: findings.length } : {}),
    findings: findings.slice(0, MOST_FINDINGS),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (!ok) process.exitCode = 1;
}

function lengthOf(seq: VerifierFinding["seq"], through_seq: number | undefined): number {
  return through_seq === undefined ? 1 : through_seq - Number(seq) + 1;
}

/** Says on stderr how far a verification is, now and then. */
export function progress(): () => void {
  let events = 0;
  return () => {
    events += 1;
    if (events % PROGRESS_EVENTS === 0) process.stderr.write(`verified ${events} events\n`);
  };
}
