/** What Elastic's answer to a change of an alert's status proves. */

import type { Conclusion } from "../../toolkit/change.ts";
import { Failure } from "../../toolkit/failure.ts";
import { jsonOf } from "../../toolkit/upstream/exchange.ts";
import {
  contractChanged,
  credentialRejected,
  turnsAway,
  withoutEffect,
} from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { ELASTIC_OPERATIONS, elastic, refusedBy } from "./errors.ts";
import { StatusUpdate } from "./schemas.ts";

const OPERATION = ELASTIC_OPERATIONS.setAlertsStatus;
const ASKED = { operation: OPERATION, credential: "elastic.alerts" };
const NOTHING_DONE = "No alert was changed.";

/**
 * Refused before anything is done: input that is invalid, a key that may not. And 409: of one alert, an update that
 * stops at a version conflict has changed none. In either error shape.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 412, 413, 422]);

/**
 * Judges an answer to a change of one alert. What Elasticsearch did is in the counts of its update-by-query
 * response, whatever the status.
 *
 * - 200, one updated, no conflict and no failure: done.
 * - 200, none updated and a list of failures that is empty: no effect. A version conflict is an update that
 *   Elasticsearch didn't make, because somebody else changed the alert at the same moment; without one, there was no
 *   such alert for this key.
 * - 200 with failures, or that ran out of time: unknown. The alert may have been written and the answer lost.
 * - One of {@link REFUSALS} in the vendor's own shape: no effect. 429 only in the shape of Kibana itself, which turned
 *   the request away; the detection engine's may come from Elasticsearch in the middle of the update.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - A redirect that isn't followed: no effect.
 * - Everything else, a 200 that we can't read included: unknown.
 */
export function concludeAlertUpdate<Data>(answer: UpstreamAnswer, done: Data): Conclusion<Data> {
  if (answer.status === 401) return noEffect(credentialRejected(elastic, ASKED, 401));
  const payload = jsonOf(answer);
  const failure = elastic.errorOf(answer, payload, ASKED);
  if (failure !== null) {
    const by = refusedBy(answer, payload);
    const refused =
      turnsAway(answer.status) ||
      (by !== null && (REFUSALS.has(answer.status) || (answer.status === 429 && by === "platform")));
    if (!refused) return { outcome: "unknown", failure };
    return noEffect(answer.status === 409 ? conflicted() : failure);
  }
  const update = StatusUpdate.safeParse(payload);
  if (answer.status !== 200 || !update.success) {
    return {
      outcome: "unknown",
      failure: contractChanged(elastic, OPERATION, update.error?.issues[0]?.path.join(".") ?? ""),
    };
  }
  const { timed_out, updated, version_conflicts, failures } = update.data;
  if (timed_out || (failures?.length ?? 0) > 0) return { outcome: "unknown", failure: halfDone() };
  if (updated === 1 && version_conflicts === 0) return { outcome: "done", data: done };
  if (updated === 0 && failures) return noEffect(version_conflicts > 0 ? conflicted() : notThere());
  return { outcome: "unknown", failure: contractChanged(elastic, OPERATION, "updated") };
}

function noEffect(failure: Failure) {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) } as const;
}

function conflicted(): Failure {
  return new Failure(
    "upstream_unavailable",
    "Somebody else changed the alert at Elastic at the same moment.",
    {
      next_step: "Look at the alert with search_alerts; if it still should be changed, repeat the call.",
    },
  );
}

function notThere(): Failure {
  return new Failure(
    "upstream_rejected",
    "Elastic found no alert of that id to change. It is gone, or the credential elastic.alerts may not see it.",
    {
      next_step: "Call search_alerts: if the alert is still there, tell the people who run this instance.",
      issues: [
        {
          path: "alert_id",
          message: "Elastic has no such alert for elastic.alerts.",
          hint: "Use an alert_id from search_alerts.",
        },
      ],
    },
  );
}

function halfDone(): Failure {
  return new Failure("upstream_unavailable", "Elastic did not get through with the change.", {
    next_step: "Call search_alerts to see the alert as it is now.",
  });
}
