/** Exports: asked for, taken up again by callers who ask the same, and read as far as they are. */

import { asFailure, Failure } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { TENABLE_OPERATIONS } from "./errors.ts";
import { exportFilters, filterArguments } from "./finding-filter.ts";
import { ExportStatus, RequestedExport } from "./schemas.ts";

/** The least that the vendor allows, and its own default: the smaller a chunk, the sooner it is there. */
const ASSETS_IN_CHUNK = 50;

/** When to come back for an export of which nothing is ready. */
const COME_BACK_MS = 5_000;

/** How an export stands. */
export interface ExportState {
  readonly uuid: string;
  /** No more chunks will come. */
  readonly finished: boolean;
  /** Numbers of the chunks that can be had so far. */
  readonly chunks: readonly number[];
  /** How many chunks there should have been besides. */
  readonly missing: number;
  /** How many of its chunks have nothing in them, or `null` where the vendor doesn't say. */
  readonly empty: number | null;
  /** When it was asked for: what came after that isn't in it. ISO 8601, or `null` where the vendor doesn't say. */
  readonly created: string | null;
}

/**
 * Exports by what was asked for: begun ones, which the vendor makes on its own, and finished ones for a while. Each
 * takes the vendor minutes, and it makes few at once. In this isolate only: forgetting one costs one more export.
 */
const held = new Map<
  string,
  {
    readonly uuid: string;
    readonly begun_at: number;
    finished?: { readonly at: number; readonly small: boolean };
  }
>();
const HELD_MOST = 100;
/** How long a finished export answers for what is asked anew. */
const FRESH_MS = 15 * 60_000;
/** How long one that was begun is waited for: what it shows is as of then, whenever somebody comes back for it. */
const WAITED_FOR_MS = 2 * 60 * 60_000;
/** Chunks that are quickly looked through for something that an export of its own could be narrowed to. */
const FEW_CHUNKS = 10;

/**
 * An export in which the findings are that `filters` hold for: one that is there already, or one that is begun.
 * @param now milliseconds since the epoch
 */
export async function exportOf(upstream: Upstream, filters: JsonObject, now: number): Promise<ExportState> {
  for (const question of [filters, exportFilters({})].map((asked) => JSON.stringify(asked))) {
    const known = held.get(question);
    const serves = question === JSON.stringify(filters) || known?.finished?.small;
    if (known === undefined || !serves) continue;
    const { begun_at, finished } = known;
    const fresh = finished === undefined ? now - begun_at < WAITED_FOR_MS : now - finished.at < FRESH_MS;
    const state = fresh ? await stateOrGone(upstream, known.uuid) : null;
    if (state !== null) return state;
    held.delete(question);
  }
  const uuid = await request(upstream, filters);
  hold(JSON.stringify(filters), uuid, now);
  return stateOf(upstream, uuid);
}

/**
 * How an export stands now.
 * @param by_cursor whether a cursor of the caller's named it
 * @throws Failure `upstream_unavailable` if it will never be finished
 */
export async function stateOf(upstream: Upstream, uuid: string, by_cursor = false): Promise<ExportState> {
  const answer = await upstream.read(
    {
      operation: TENABLE_OPERATIONS.exportStatus,
      method: "GET",
      path: `/vulns/export/${encodeURIComponent(uuid)}/status`,
      ...(by_cursor ? { about: ["cursor"] } : {}),
    },
    ExportStatus,
  );
  if (!("chunks_available" in answer)) {
    forget(uuid);
    throw neverFinished(answer.status);
  }
  const finished = answer.status === "FINISHED";
  const missing = finished ? missingOf(answer) : 0;
  const chunks = answer.chunks_available.toSorted((a, b) => a - b);
  if (missing > 0) forget(uuid);
  else if (finished) noteFinished(uuid, chunks.length <= FEW_CHUNKS);
  const created = answer.created ? new Date(answer.created).toISOString() : null;
  const empty = answer.empty_chunks_count ?? null;
  return { uuid, finished, chunks, missing, empty, created };
}

/**
 * How many chunks a finished export lacks: those that it lists, or those that its count says there are besides. A
 * reason is given only where some failed.
 */
function missingOf(finished: Extract<ExportStatus, { readonly status: "FINISHED" }>): number {
  const { chunks_available, chunks_failed, chunks_cancelled, total_chunks, empty_chunks_count } = finished;
  const listed = chunks_failed.length + chunks_cancelled.length;
  const uncounted = (total_chunks ?? 0) - chunks_available.length - (empty_chunks_count ?? 0);
  return Math.max(listed, uncounted, finished.reason ? 1 : 0);
}

async function stateOrGone(upstream: Upstream, uuid: string): Promise<ExportState | null> {
  try {
    return await stateOf(upstream, uuid);
  } catch (thrown) {
    if (asFailure(thrown).detail.upstream_status === 404) return null;
    throw thrown;
  }
}

/** Begins an export, or finds the one that is at work on the same filters. */
function request(upstream: Upstream, filters: JsonObject): Promise<string> {
  return upstream.read(
    {
      operation: TENABLE_OPERATIONS.requestExport,
      method: "POST",
      path: "/vulns/export",
      // Without it, assets beyond the licence are left out, and would look clean.
      json: { num_assets: ASSETS_IN_CHUNK, include_unlicensed: true, filters },
      about: filterArguments(filters),
    },
    RequestedExport,
  );
}

function hold(question: string, uuid: string, begun_at: number): void {
  const [oldest] = held.keys();
  if (held.size >= HELD_MOST && oldest !== undefined) held.delete(oldest);
  held.set(question, { uuid, begun_at });
}

function noteFinished(uuid: string, small: boolean): void {
  for (const known of held.values()) {
    if (known.uuid === uuid) known.finished ??= { at: Date.now(), small };
  }
}

/** Has the next call begin another export: this one must not answer for a quarter of an hour. */
export function forget(uuid: string): void {
  for (const [question, known] of held) if (known.uuid === uuid) held.delete(question);
}

/** Nothing of an export is ready. */
export function notReady(): Failure {
  return new Failure("upstream_timeout", "Tenable is still preparing the findings that were asked for.", {
    next_step: "Make the same call again after retry_after_ms: it goes on with what is being prepared.",
    retry_after_ms: COME_BACK_MS,
  });
}

/**
 * What an export lacks, as the failure that makes every page of it incomplete, or `null` if it is whole.
 * @param lost how many of its chunks came empty, beyond those that are
 * @throws Failure the same, if there is nothing in it: nothing must not look like "none found"
 */
export function partsMissing({ chunks, missing: failed }: ExportState, lost: number): Failure | null {
  const missing = failed + lost;
  if (missing === 0) return null;
  const all = chunks.length + failed;
  const failure = new Failure(
    "upstream_unavailable",
    `Tenable could not export ${missing} of ${all} parts of the findings; they are missing from this answer.`,
    { next_step: "Leave cursor out and make the call again for a new export. Until then, conclude nothing." },
  );
  if (missing === all) throw failure;
  return failure;
}

function neverFinished(status: "ERROR" | "CANCELLED"): Failure {
  const how = status === "ERROR" ? "failed" : "was cancelled at Tenable";
  return new Failure("upstream_unavailable", `The export of findings ${how}. This says nothing about them.`, {
    next_step: "Leave cursor out and make the call again after retry_after_ms: it begins a new export.",
  });
}
