/** What Tenable's answer to the launch of a scan proves. */
import * as z from "zod";
import type { Conclusion } from "../../toolkit/change.ts";
import { Failure } from "../../toolkit/failure.ts";
import { jsonOf } from "../../toolkit/upstream/exchange.ts";
import { contractChanged, turnsAway, withoutEffect } from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { TENABLE_OPERATIONS, tenable } from "./errors.ts";
import { LaunchedScan } from "./schemas.ts";

const ASKED = { operation: TENABLE_OPERATIONS.launchScan, credential: "tenable.scan" };

/**
 * Refusals that the vendor documents for a launch, each of them made instead of one: the keys are invalid (401),
 * the scan is disabled or the user may not launch it (403), there is no such scan (404), or too many requests or
 * scans are under way (429). Their bodies aren't judged: some are documented without one, and a 429's is a page.
 */
const DOCUMENTED: ReadonlySet<number> = new Set([401, 403, 404, 429]);

/** Refusals of this one launch, if they come in the vendor's own shape and not from something in between. */
const IN_ITS_SHAPE: ReadonlySet<number> = new Set([402, 409, 412, 413, 422]);

/** The shape of all of Tenable's errors: some come with `statusCode` and `message`, and some with nothing else. */
const VendorError = z.object({ error: z.string().min(1) });

const NOTHING_DONE = "No scan was launched.";

/**
 * Judges an answer to a launch.
 *
 * - 200 that names the run: done.
 * - A documented refusal, or another in the vendor's own shape, a scan that is active already (409) among them, or a
 *   redirect, which isn't followed: no effect. But a 303 comes after the deed.
 * - Everything else, a 200 that names no run included: unknown.
 */
export function concludeLaunch<Data>(
  answer: UpstreamAnswer,
  done: (run_uid: string) => Data,
): Conclusion<Data> {
  const payload = jsonOf(answer);
  const failure = tenable.errorOf(answer, payload, ASKED);
  if (failure !== null) {
    return refuses(answer.status, payload)
      ? { outcome: "no_effect", failure: refusal(answer.status, failure) }
      : { outcome: "unknown", failure };
  }
  const launched = LaunchedScan.safeParse(payload);
  if (answer.status === 200 && launched.success)
    return { outcome: "done", data: done(launched.data.scan_uuid) };
  return { outcome: "unknown", failure: contractChanged(tenable, ASKED.operation, "scan_uuid") };
}

function refuses(status: number, payload: unknown): boolean {
  if (DOCUMENTED.has(status) || turnsAway(status)) return true;
  return IN_ITS_SHAPE.has(status) && VendorError.safeParse(payload).success;
}

/** The refusal, with what came of it in its own words. What is about the scan that was named is the caller's to mend. */
function refusal(status: number, failure: Failure): Failure {
  if (status === 409)
    return aboutTheScan(status, "It is active already", "Repeat the call when it has ended.");
  if (status === 404)
    return aboutTheScan(status, "It isn't there", "Take scan_id from search_vulnerabilities.");
  return withoutEffect(failure, NOTHING_DONE);
}

function aboutTheScan(upstream_status: number, why: string, hint: string): Failure {
  return new Failure("upstream_rejected", `Tenable refused to launch this scan: ${why}. ${NOTHING_DONE}`, {
    next_step: hint,
    issues: [{ path: "scan_id", message: `${why}.`, hint }],
    upstream_status,
  });
}
