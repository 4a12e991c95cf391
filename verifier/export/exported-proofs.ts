/** Reads the checkpoints and anchors of an export back, and says whether each line is as it was exported. */
import canonicalize from "canonicalize";
import * as z from "zod";
import type { Json } from "../json.ts";
import type { PresentedProof } from "../verify/evidence.ts";
import { anchorLine, checkpointLine } from "./export.ts";
import { ANCHOR_LOG, CHECKPOINT_LOG } from "./ocsf-proofs.ts";

const proofLine = z.looseObject({
  raw_data: z.string(),
  metadata: z.looseObject({ log_name: z.enum([ANCHOR_LOG, CHECKPOINT_LOG]), sequence: z.int() }),
  unmapped: z.looseObject({
    attestation_list: z.tuple([
      z.looseObject({ chain_uid: z.string(), fingerprint: z.looseObject({ value: z.string() }) }),
    ]),
    heads: z.unknown().optional(),
  }),
});

/** True if the line is a checkpoint's or an anchor's. */
export function isProofLine(line: string): boolean {
  return parse(line) !== null;
}

/**
 * Reads the checkpoints and anchors of an export, in order. Pure; never throws.
 * @param lines without their ends
 */
export function* readExportedProofs(lines: Iterable<string>): Generator<PresentedProof> {
  for (const line of lines) {
    const parsed = parse(line);
    if (parsed === null) continue;
    const { raw_data: jws, metadata, unmapped } = parsed;
    const [attestation] = unmapped.attestation_list;
    if (metadata.log_name === CHECKPOINT_LOG) {
      const heads = typeof unmapped.heads === "string" ? unmapped.heads : canonical(unmapped.heads as Json);
      const checkpoint = { n: metadata.sequence, jws, heads };
      yield { kind: "checkpoint", ...checkpoint, as_exported: checkpointLine(checkpoint) === line };
    } else {
      const { chain_uid: chain, fingerprint } = attestation;
      const anchor = { chain, seq: metadata.sequence, hash: fingerprint.value, jws };
      yield { kind: "anchor", ...anchor, as_exported: anchorLine(anchor) === line };
    }
  }
}

function parse(line: string): z.output<typeof proofLine> | null {
  // Nearly every line is an event's, and there may be millions. Inside of a text the quotes would be escaped.
  if (!line.includes(`"log_name":"${CHECKPOINT_LOG}"`) && !line.includes(`"log_name":"${ANCHOR_LOG}"`))
    return null;
  try {
    return proofLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function canonical(value: Json | undefined): string {
  return value === undefined ? "" : (canonicalize(value) ?? "");
}
