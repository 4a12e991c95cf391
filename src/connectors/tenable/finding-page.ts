/** One page of findings, out of the chunks of an export that may still be at work. */
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { ChunksRead } from "./chunks-read.ts";
import { TENABLE_OPERATIONS } from "./errors.ts";
import { type ExportState, forget, notReady, stateOf } from "./export.ts";
import { Finding } from "./schemas.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** A chunk begins slowly where it is large. One attempt more costs less than asking for the page again. */
const PATIENCE = { attempts: 2, attempt_ms: 20_000 };

/** A place in an export. */
export interface FindingPosition {
  readonly read: ChunksRead;
  /** The chunk that the page before ended in, and how many of its findings were passed. */
  readonly within: { readonly chunk: number; readonly offset: number } | null;
}

/** Where an export begins. */
export const BEGINNING: FindingPosition = { read: ChunksRead.none, within: null };

/** Which page is wanted. */
export interface PageRequest {
  readonly from: FindingPosition;
  readonly most: number;
  readonly keep: (finding: Finding) => boolean;
  /** No chunk is begun, or waited for, after this, in milliseconds since the epoch. */
  readonly until: number;
  /** Whether a cursor of the caller's named the export. */
  readonly by_cursor?: boolean;
  /** Hears each time that the next chunk isn't ready yet, and how often the vendor has been asked. */
  readonly waits?: (asked: number) => void;
}

export interface FindingPage {
  readonly findings: readonly Finding[];
  readonly unreadable: number;
  /** Where the next page begins, or `null` if there is none. */
  readonly next: FindingPosition | null;
  /** The export as it stood when it was last asked. */
  readonly state: ExportState;
  /** How many of the chunks that were read had lost what was in them. */
  readonly lost: number;
}

/**
 * Reads chunk after chunk until the page is full, the export is at its end, or time is up. Chunks are read as soon as
 * they are there. One may hold tens of megabytes, so it is never held as a whole; and what is wanted of it may be
 * nothing, so a page can be empty and still have a next one.
 * @throws Failure `upstream_timeout` if not a single chunk was there to be read
 */
export async function readPage(
  upstream: Upstream,
  begun: ExportState,
  { from, most, keep, until, by_cursor = false, waits = () => undefined }: PageRequest,
): Promise<FindingPage> {
  const findings: Finding[] = [];
  let state = begun;
  let place = from;
  let unreadable = 0;
  let asked = 0;
  let chunks = 0;
  let empty = 0;
  const nextChunk = () => place.within?.chunk ?? place.read.next(state.chunks, state.finished);
  const ended = () => state.finished && nextChunk() === null;
  while (!ended() && findings.length < most && (chunks === 0 || Date.now() < until)) {
    const chunk = nextChunk();
    if (chunk === null) {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** asked);
      if (Date.now() + pause >= until) break;
      asked += 1;
      waits(asked);
      await new Promise((resolve) => setTimeout(resolve, pause));
      state = await stateOf(upstream, state.uuid, by_cursor);
      continue;
    }
    const offset = place.within?.offset ?? 0;
    let seen = 0;
    const part = await upstream.readList(
      {
        operation: TENABLE_OPERATIONS.downloadChunk,
        method: "GET",
        path: `/vulns/export/${encodeURIComponent(state.uuid)}/chunks/${chunk}`,
        patience: PATIENCE,
        ...(by_cursor ? { about: ["cursor"] } : {}),
      },
      Finding,
      {
        from: offset,
        most: most - findings.length,
        keep: (finding) => {
          seen += 1;
          return keep(finding);
        },
      },
    );
    chunks += 1;
    if (offset + seen + part.unreadable === 0) empty += 1;
    findings.push(...part.kept);
    unreadable += part.unreadable;
    place =
      part.next === null
        ? { read: place.read.with(chunk), within: null }
        : { read: place.read, within: { chunk, offset: part.next } };
  }
  if (chunks === 0 && !ended()) throw notReady();
  // An empty chunk is nothing odd, but there can't be more of them than the vendor counts.
  const lost = Math.max(0, empty - (state.empty ?? empty));
  if (lost > 0) forget(state.uuid);
  return {
    findings,
    unreadable,
    next: ended() ? null : place,
    state,
    lost,
  };
}
