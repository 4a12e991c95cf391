/** What CrowdStrike's answer to a containment action proves. */

import type { Conclusion } from "../../../toolkit/change.ts";
import { Failure } from "../../../toolkit/failure.ts";
import { jsonOf } from "../../../toolkit/upstream/exchange.ts";
import {
  contractChanged,
  credentialRejected,
  turnsAway,
  withoutEffect,
} from "../../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../../toolkit/upstream/upstream.ts";
import { crowdstrike, errorCodes, isRefusal, otherCloud, saysAlready } from "../errors.ts";
import { AffectedEntities } from "../schemas.ts";

export const CONTAINMENT_OPERATION = "PerformActionV2";
export const ABOUT_CONTAINMENT = ["device_id"] as const;
const ASKED = {
  operation: CONTAINMENT_OPERATION,
  credential: "crowdstrike.contain",
  about: ABOUT_CONTAINMENT,
};

const NOTHING_DONE = "The device's containment was not changed.";

/**
 * Judges an answer to an action on one device.
 *
 * - 202 that names the device in `resources` and reports no error: taken on. It is done when the sensor has
 *   carried it out, which the device's `status` shows.
 * - 202 with errors and no resource: `resources` are the affected entities, so none was affected, and a 4xx
 *   code says that the request for this device was refused. A 5xx code in there says that the vendor failed
 *   on the way, which proves nothing.
 * - 400, 402, 403, 404, 409, 412, 413, 422, 429: no effect, if the body is the vendor's own and names no affected
 *   device. The same status in another body comes from something between us and the vendor, and proves nothing.
 * - 409 that says that it is so already, or on its way: what is so is for a read to say.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2). 3xx: no effect, it isn't followed; but a 303 comes after the deed.
 * - Everything else, a 202 that we can't read included: unknown.
 */
export function concludeAction<Data>(
  answer: UpstreamAnswer,
  device_id: string,
  done: Data,
): Conclusion<Data> {
  if (answer.status === 401) return nothingDone(credentialRejected(crowdstrike, ASKED, 401));
  if (turnsAway(answer.status)) return nothingDone(otherCloud(answer));
  const payload = jsonOf(answer);
  const failure = crowdstrike.errorOf(answer, payload, ASKED);
  const affected = AffectedEntities.safeParse(payload);
  const codes = errorCodes(payload);
  if (!affected.success || codes === null) {
    return {
      outcome: "unknown",
      failure: failure ?? contractChanged(crowdstrike, CONTAINMENT_OPERATION, ""),
    };
  }
  const named = (affected.data.resources ?? []).map((resource) => resource.id);
  if (answer.status === 202 && codes.length === 0 && named.length === 1 && named[0] === device_id) {
    return { outcome: "done", data: done };
  }
  if (failure !== null && named.length === 0 && isRefusal(answer.status, codes, 202)) {
    const conflict = codes.every((code) => code === 409);
    if (!conflict) return nothingDone(failure);
    return saysAlready(payload)
      ? { outcome: "unknown", failure }
      : { outcome: "no_effect", failure: conflicting() };
  }
  return {
    outcome: "unknown",
    failure: failure ?? contractChanged(crowdstrike, CONTAINMENT_OPERATION, "resources"),
  };
}

function nothingDone(failure: Failure): Conclusion<never> {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) };
}

/** CrowdStrike's own tooling reads an error 409 as "host already in desired state". */
function conflicting(): Failure {
  return new Failure(
    "upstream_rejected",
    `CrowdStrike did nothing: the device already is, or is becoming, what was asked for. Somebody else was first.`,
    { next_step: "Call get_device to see the device as it is now.", upstream_status: 409 },
  );
}
