/** What CrowdStrike's answer to a change of an alert proves. */

import type { Conclusion } from "../../../toolkit/change.ts";
import type { Failure } from "../../../toolkit/failure.ts";
import { jsonOf } from "../../../toolkit/upstream/exchange.ts";
import {
  contractChanged,
  credentialRejected,
  turnsAway,
  withoutEffect,
} from "../../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../../toolkit/upstream/upstream.ts";
import { crowdstrike, errorCodes, isRefusal, otherCloud, saysAlready } from "../errors.ts";
import { AlertWrites } from "./alert-schemas.ts";

export const UPDATE_OPERATION = "PatchEntitiesAlertsV3";
export const ABOUT_UPDATE = ["detection_id", "status", "comment"] as const;
const ASKED = { operation: UPDATE_OPERATION, credential: "crowdstrike.alerts_write", about: ABOUT_UPDATE };

const NOTHING_DONE = "The detection was not changed.";

/**
 * Judges an answer to a change of one alert.
 *
 * - 200 that reports no error and one resource affected: done.
 * - A refusal by the vendor's own words, with no resource affected: no effect. Under a 200, where some of the
 *   actions may have been carried out and others refused, only if it says that none was affected. One that says
 *   that it is so already, or on its way, is for a read to decide.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2). 3xx: no effect, it isn't followed; but a 303 comes after the deed.
 * - Everything else, a 200 that we can't read included: unknown.
 */
export function concludeDetectionUpdate<Data>(answer: UpstreamAnswer, done: Data): Conclusion<Data> {
  if (answer.status === 401) return nothingDone(credentialRejected(crowdstrike, ASKED, 401));
  if (turnsAway(answer.status)) return nothingDone(otherCloud(answer));
  const payload = jsonOf(answer);
  const failure = crowdstrike.errorOf(answer, payload, ASKED);
  const written = AlertWrites.safeParse(payload);
  const codes = errorCodes(payload);
  if (!written.success || codes === null) {
    return { outcome: "unknown", failure: failure ?? contractChanged(crowdstrike, UPDATE_OPERATION, "") };
  }
  const affected = written.data.meta.writes?.resources_affected;
  if (answer.status === 200 && codes.length === 0 && affected === 1) return { outcome: "done", data: done };
  const none = answer.status === 200 ? affected === 0 : !affected;
  const already = codes.includes(409) && saysAlready(payload);
  if (failure !== null && none && !already && isRefusal(answer.status, codes, 200))
    return nothingDone(failure);
  const path = "meta.writes.resources_affected";
  return { outcome: "unknown", failure: failure ?? contractChanged(crowdstrike, UPDATE_OPERATION, path) };
}

function nothingDone(failure: Failure): Conclusion<never> {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) };
}
