/** One page of findings, out of an export's chunks. */
import type { Upstream } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import { OPERATIONS } from "./errors.ts";
import type { FinishedExport } from "./export.ts";
import { Finding } from "./schemas.ts";

/** A place in an export. */
export interface Place {
  /** Number of a chunk. */
  readonly chunk: number;
  /** How many of its findings were passed. */
  readonly offset: number;
}

/** Which page is wanted. */
export interface PageRequest {
  /** `null` for the beginning. */
  readonly from: Place | null;
  readonly most: number;
  readonly keep: (finding: Finding) => boolean;
  /** No chunk is begun after this, in milliseconds since the epoch. */
  readonly until: number;
}

export interface FindingPage {
  readonly findings: readonly Finding[];
  /** Where the next page begins, or `null` if there is none. */
  readonly next: Place | null;
}

/**
 * Reads chunk after chunk until the page is full, the export is at its end, or time is up. A chunk may hold tens of
 * megabytes, so it is never held as a whole; and what is wanted of it may be nothing, so a page can be empty and
 * still have a next one.
 */
export async function readPage(
  upstream: Upstream,
  { uuid, chunks }: FinishedExport,
  { from, most, keep, until }: PageRequest,
): Promise<FindingPage> {
  const findings: Finding[] = [];
  let place: Place | null = from ?? beginning(chunks, 0);
  while (place !== null) {
    const { chunk, offset }: Place = place;
    const { kept, next } = await upstream.readList(
      {
        operation: OPERATIONS.downloadChunk,
        method: "GET",
        path: `/vulns/export/${encodeURIComponent(uuid)}/chunks/${chunk}`,
      },
      Finding,
      { from: offset, most: most - findings.length, keep },
    );
    findings.push(...kept);
    place = next === null ? beginning(chunks, chunk + 1) : { chunk, offset: next };
    if (findings.length === most || Date.now() >= until) break;
  }
  return { findings, next: place };
}

/** The beginning of the first chunk whose number is at least `number`. */
function beginning(chunks: readonly number[], number: number): Place | null {
  const chunk = chunks.find((available) => available >= number);
  return chunk === undefined ? null : { chunk, offset: 0 };
}

/**
 * What an export lacks, as the failure that makes every page of it incomplete, or `null` if it is whole.
 * @throws Failure the same, if there is nothing in it: nothing must not look like "none found"
 */
export function partsMissing({ chunks, missing }: FinishedExport): Failure | null {
  if (missing === 0) return null;
  const all = chunks.length + missing;
  const failure = new Failure(
    "upstream_unavailable",
    `Tenable could not export ${missing} of ${all} parts of the findings; they are missing from this answer.`,
    { next_step: "Leave cursor out and make the call again for a new export. Until then, conclude nothing." },
  );
  if (chunks.length === 0) throw failure;
  return failure;
}
