/** Exports: asked for, waited for, and taken up again by whoever asks the same. */
import type { Upstream } from "../../downstream/upstream.ts";
import { asFailure, Failure } from "../../path/failure.ts";
import type { JsonObject } from "../../path/tool.ts";
import { OPERATIONS } from "./errors.ts";
import { ExportStatus, RequestedExport } from "./schemas.ts";

/** The least that the vendor allows, and its own default: the smaller a chunk, the sooner its end is reached. */
const ASSETS_IN_CHUNK = 50;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** When to come back for an export that isn't ready. */
const COME_BACK_MS = 5_000;

/** An export that is ready to be read. */
export interface FinishedExport {
  readonly uuid: string;
  /** Numbers of the chunks that can be had, in order. The vendor lists them as they were done. */
  readonly chunks: readonly number[];
  /** How many chunks there should have been besides. */
  readonly missing: number;
}

/** Hears each time that an export isn't ready yet, and how often the vendor has been asked. */
export type Waiting = (asked: number) => void;

/**
 * Exports that weren't ready in time, by question. Whoever asks again while one is at work is told its id by the
 * vendor; one that was finished in the meantime would be made once more, and perhaps never be ready in time. In
 * this isolate only: forgetting it costs one more export.
 */
const unread = new Map<string, string>();
const UNREAD_MOST = 100;

/**
 * The findings that `filters` hold for, as an export that is ready to be read.
 * @param until when to stop waiting, in milliseconds since the epoch
 * @throws Failure `upstream_timeout` if it isn't ready by then: the same question, asked again, goes on waiting
 */
export async function exported(
  upstream: Upstream,
  filters: JsonObject,
  until: number,
  waits: Waiting = () => undefined,
): Promise<FinishedExport> {
  const question = JSON.stringify(filters);
  const begun = unread.get(question);
  unread.delete(question);
  const uuid = begun ?? (await request(upstream, filters));
  try {
    return await finished(upstream, uuid, until, waits);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (begun !== undefined && isGone(failure)) return exported(upstream, filters, until, waits);
    if (failure.retryable && failure.code !== "upstream_unavailable") remember(question, uuid);
    throw failure;
  }
}

/**
 * An export by its id, once it is finished.
 * @throws Failure `upstream_timeout` if it isn't by `until`; `upstream_unavailable` if it never will be
 */
export async function finished(
  upstream: Upstream,
  uuid: string,
  until: number,
  waits: Waiting = () => undefined,
): Promise<FinishedExport> {
  for (let asked = 1, pause = FIRST_PAUSE_MS; ; asked += 1, pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const { status, chunks_available, chunks_failed, chunks_cancelled } = await upstream.read(
      {
        operation: OPERATIONS.exportStatus,
        method: "GET",
        path: `/vulns/export/${encodeURIComponent(uuid)}/status`,
      },
      ExportStatus,
    );
    switch (status) {
      case "FINISHED":
        return {
          uuid,
          chunks: chunks_available.toSorted((a, b) => a - b),
          missing: chunks_failed.length + chunks_cancelled.length,
        };
      case "ERROR":
      case "CANCELLED":
        throw neverFinished(status);
      case "QUEUED":
      case "PROCESSING":
        if (Date.now() + pause >= until) throw notReady();
        waits(asked);
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Begins an export, or finds the one that is at work on the same filters. */
function request(upstream: Upstream, filters: JsonObject): Promise<string> {
  return upstream.read(
    {
      operation: OPERATIONS.requestExport,
      method: "POST",
      path: "/vulns/export",
      json: { num_assets: ASSETS_IN_CHUNK, filters },
    },
    RequestedExport,
  );
}

function remember(question: string, uuid: string): void {
  const [oldest] = unread.keys();
  if (unread.size >= UNREAD_MOST && oldest !== undefined) unread.delete(oldest);
  unread.set(question, uuid);
}

function isGone(failure: Failure): boolean {
  return failure.detail.upstream_status === 404;
}

function notReady(): Failure {
  return new Failure("upstream_timeout", "Tenable is still preparing the findings that were asked for.", {
    next_step: "Make the same call again after retry_after_ms: it goes on with what is being prepared.",
    retry_after_ms: COME_BACK_MS,
  });
}

function neverFinished(status: "ERROR" | "CANCELLED"): Failure {
  const how = status === "ERROR" ? "failed" : "was cancelled at Tenable";
  return new Failure("upstream_unavailable", `The export of findings ${how}. This says nothing about them.`, {
    next_step: "Leave cursor out and make the call again after retry_after_ms: it begins a new export.",
  });
}
