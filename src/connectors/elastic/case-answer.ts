/** What Elastic's answer to the creation of a case proves. */

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
import { ELASTIC_OPERATIONS, elastic, refusedBy } from "./errors.ts";
import { Case } from "./schemas.ts";

const OPERATION = ELASTIC_OPERATIONS.createCase;
const ASKED = { operation: OPERATION, credential: "elastic.cases" };

const NOTHING_DONE = "No case was opened.";

/**
 * Refusals in `Cases_4xx_response`, the vendor's form for them, each of them made instead of the creation: invalid
 * fields (400, 422), the licence (402), no permission (403), no such space (404), a conflict (409, 412), a body that is
 * too large (413), too many requests (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 412, 413, 422, 429]);

/** A conflict with what is there, or on its way, says that something may have been done. */
const SOMETHING_DONE = /exist|pending|progress|duplicate/i;

/**
 * Judges an answer.
 *
 * - 200 with a case that carries our tag: created.
 * - One of {@link REFUSALS} in the vendor's own shape: no effect, unless it is a conflict that speaks of something
 *   done. The same status in another body comes from something between us and Kibana, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - A redirect that isn't followed: no effect.
 * - Everything else, a 200 that we can't read included: unknown.
 */
export function concludeCase<Data>(
  answer: UpstreamAnswer,
  operation_id: string,
  done: (case_id: string) => Data,
): Conclusion<Data> {
  if (answer.status === 401) return noEffect(credentialRejected(elastic, ASKED, 401));
  const payload = jsonOf(answer);
  const failure = elastic.errorOf(answer, payload, ASKED);
  if (failure !== null) {
    return refuses(answer, payload) ? noEffect(failure) : { outcome: "unknown", failure };
  }
  const created = Case.safeParse(payload);
  if (answer.status === 200 && created.success && created.data.tags?.includes(operation_id)) {
    return { outcome: "done", data: done(created.data.id) };
  }
  return { outcome: "unknown", failure: contractChanged(elastic, OPERATION, "tags") };
}

function refuses(answer: UpstreamAnswer, payload: unknown): boolean {
  const { status, body } = answer;
  if (turnsAway(status)) return true;
  if (!REFUSALS.has(status) || refusedBy(answer, payload) !== "platform") return false;
  return status !== 409 || !SOMETHING_DONE.test(body);
}

function noEffect(failure: Failure) {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) } as const;
}
