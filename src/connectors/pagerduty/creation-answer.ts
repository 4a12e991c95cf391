/** What PagerDuty's answer to the opening of an incident proves. */

import type { Conclusion } from "../../toolkit/change.ts";
import type { Failure } from "../../toolkit/failure.ts";
import { jsonOf } from "../../toolkit/upstream/exchange.ts";
import {
  contractChanged,
  credentialRejected,
  turnsAway,
  withoutEffect,
} from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { errorIn } from "./error-body.ts";
import { PAGERDUTY_OPERATIONS, pagerduty, speaksOfDuplicate } from "./errors.ts";
import { CreatedIncident, type IncidentRecord } from "./schemas.ts";

const OPERATION = PAGERDUTY_OPERATIONS.create;
const ASKED = { operation: OPERATION, credential: "pagerduty.page" };
const NOTHING_DONE = "Nobody was paged.";

/**
 * Refusals of this one request, each of them made instead of it: arguments that are invalid (400, 422), the plan (402),
 * no permission (403), no such service (404), a conflict (409, 412), a body that is too large (413), or a request that
 * the rate limit turned away (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 412, 413, 422, 429]);

/**
 * Judges an answer.
 *
 * - 201 with the incident under our key: opened.
 * - A refusal that speaks of an open incident with the same key: the key is the operation's id, so that incident is
 *   ours, from a request that somebody delivered twice. It did its work, but the refusal doesn't name it:
 *   unknown, and reading back finds it at once.
 * - One of {@link REFUSALS} in PagerDuty's own shape otherwise: no effect. The same status in another body comes from
 *   something between us and PagerDuty, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - A redirect that isn't followed: no effect.
 * - Everything else, a 201 that we can't read included: unknown.
 */
export function concludePage<Data>(
  answer: UpstreamAnswer,
  operation_id: string,
  done: (incident: IncidentRecord) => Data,
): Conclusion<Data> {
  if (answer.status === 401) return noEffect(credentialRejected(pagerduty, ASKED, 401));
  const payload = jsonOf(answer);
  const failure = pagerduty.errorOf(answer, payload, ASKED);
  if (failure === null) {
    const created = CreatedIncident.safeParse(payload);
    if (answer.status === 201 && created.success && created.data.incident.incident_key === operation_id) {
      return { outcome: "done", data: done(created.data.incident) };
    }
    return { outcome: "unknown", failure: contractChanged(pagerduty, OPERATION, "incident") };
  }
  const error = errorIn(payload);
  const refused = REFUSALS.has(answer.status) && error !== null && !speaksOfDuplicate(error);
  return refused || turnsAway(answer.status) ? noEffect(failure) : { outcome: "unknown", failure };
}

function noEffect(failure: Failure) {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) } as const;
}
