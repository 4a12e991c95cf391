/** What PagerDuty's answer to the opening of an incident proves. */
import { jsonOf } from "../../downstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Conclusion } from "../../path/tool.ts";
import { isError, pagerduty, speaksOfDuplicate } from "./errors.ts";
import { CreatedIncident, type IncidentRecord } from "./schemas.ts";

export const OPERATION = "createIncident";
const ASKED = { operation: OPERATION, credential: "pagerduty.page" };

/**
 * Refusals that the vendor documents for the operation, each of them made instead of it: invalid arguments
 * (400), no permission (403), or a request that the rate limit turned away (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 429]);

/**
 * Judges an answer.
 *
 * - 201 with the incident under our key: opened.
 * - 400 that speaks of an open incident with the same key: the key is the operation's id, so that incident is
 *   ours, from a request that somebody delivered twice. It did its work, but the refusal doesn't name it:
 *   unknown, and reading back finds it at once.
 * - 400, 403, 429 in PagerDuty's own shape otherwise: no effect. The same status in another body comes from
 *   something between us and PagerDuty, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - Everything else, a 201 that we can't read included: unknown.
 */
export function concludePage<Data>(
  answer: UpstreamAnswer,
  operation_id: string,
  done: (incident: IncidentRecord) => Data,
): Conclusion<Data> {
  if (answer.status === 401) {
    return { outcome: "no_effect", failure: credentialRejected(pagerduty, ASKED, 401) };
  }
  const payload = jsonOf(answer);
  const failure = pagerduty.errorOf(answer, payload, ASKED);
  if (failure === null) {
    const created = CreatedIncident.safeParse(payload);
    if (answer.status === 201 && created.success && created.data.incident.incident_key === operation_id) {
      return { outcome: "done", data: done(created.data.incident) };
    }
    return { outcome: "unknown", failure: contractChanged(pagerduty, OPERATION, "incident") };
  }
  const refused = REFUSALS.has(answer.status) && isError(payload) && !speaksOfDuplicate(payload);
  return { outcome: refused ? "no_effect" : "unknown", failure };
}
