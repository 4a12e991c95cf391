/** What Tenable's answer to the launch of a scan proves. */
import { jsonOf } from "../../downstream/exchange.ts";
import { contractChanged } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Conclusion } from "../../path/tool.ts";
import { OPERATIONS, tenable } from "./errors.ts";
import { LaunchedScan } from "./schemas.ts";

const ASKED = { operation: OPERATIONS.launchScan, credential: "tenable.scan" };

/**
 * Refusals that the vendor documents for a launch, each of them made instead of one: the keys are invalid (401),
 * the scan is disabled or the user may not launch it (403), there is no such scan (404), or too many requests or
 * scans are under way (429). Their bodies aren't judged: some are documented without one, and a 429's is a page.
 */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 429]);

/**
 * Judges an answer to a launch.
 *
 * - 200 that names the run: done.
 * - One of the documented refusals: no effect.
 * - Everything else, a 200 that names no run included: unknown.
 */
export function concludeLaunch<Data>(
  answer: UpstreamAnswer,
  done: (run_uid: string) => Data,
): Conclusion<Data> {
  const payload = jsonOf(answer);
  const failure = tenable.errorOf(answer, payload, ASKED);
  if (failure !== null) {
    return { outcome: REFUSALS.has(answer.status) ? "no_effect" : "unknown", failure };
  }
  const launched = LaunchedScan.safeParse(payload);
  if (answer.status === 200 && launched.success)
    return { outcome: "done", data: done(launched.data.scan_uuid) };
  return { outcome: "unknown", failure: contractChanged(tenable, ASKED.operation, "scan_uuid") };
}
