/** Writes the lines of an export: events, anchors, checkpoints, and rows that no object wrote. */
import canonicalize from "canonicalize";
import { readRecord } from "../event/record.ts";
import type { PresentedAnchor } from "../proof/anchor.ts";
import type { PresentedCheckpoint } from "../proof/checkpoint.ts";
import type { PresentedProof } from "../verify/evidence.ts";
import { leftOutToOcsf, type PlantedRow, type Presented, plantedToOcsf } from "../verify/planted.ts";
import { type ExportedPlace, toOcsf, unreadableToOcsf } from "./ocsf.ts";
import { anchorToOcsf, checkpointToOcsf } from "./ocsf-proofs.ts";

/** One line of an export: OCSF, in RFC 8785 form, without the line's end. Pure. */
export function exportLine(place: ExportedPlace, text: string): string {
  const read = readRecord(text);
  return canonicalize(read.ok ? toOcsf(place, text, read.event) : unreadableToOcsf(place, text)) ?? "";
}

/** An anchor's line. Anchors come before everything else in an export: the rest goes on from them. */
export function anchorLine(anchor: PresentedAnchor): string {
  return canonicalize(anchorToOcsf(anchor)) ?? "";
}

/** A checkpoint's line, with its list. Checkpoints come after the anchors and before the events. */
export function checkpointLine(checkpoint: PresentedCheckpoint): string {
  return canonicalize(checkpointToOcsf(checkpoint)) ?? "";
}

/** The line of whatever a walk over events meets. */
export function rowLine(row: Presented): string {
  if ("planted_in" in row) return plantedLine(row);
  const { chain, seq, hash, event, columns } = row;
  return exportLine({ chain, seq, prev: String(columns.prev), hash }, event);
}

/** The line of whatever a walk over anchors and checkpoints meets. */
export function proofLine(proof: PresentedProof | PlantedRow): string {
  if ("planted_in" in proof) return plantedLine(proof);
  return proof.kind === "anchor" ? anchorLine(proof) : checkpointLine(proof);
}

/** The line that says how many rows a selection leaves out, because no object writes where they stand. */
export function leftOutLine(rows: number): string {
  return canonicalize(leftOutToOcsf(rows)) ?? "";
}

function plantedLine(row: PlantedRow): string {
  return canonicalize(plantedToOcsf(row)) ?? "";
}
