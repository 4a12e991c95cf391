import canonicalize from "canonicalize";
import type { PresentedAnchor } from "./anchor.ts";
import type { PresentedCheckpoint } from "./checkpoint.ts";
import { type ExportedPlace, toOcsf, unreadableToOcsf } from "./ocsf.ts";
import { anchorToOcsf, checkpointToOcsf } from "./ocsf-proofs.ts";
import { readRecord } from "./record.ts";

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
