/** What Jira's answer to the creation of an issue proves. */

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
import { errorsIn } from "./error-collection.ts";
import { JIRA_OPERATIONS, jira } from "./errors.ts";
import { CreatedIssue } from "./schemas.ts";

const OPERATION = JIRA_OPERATIONS.create;
const ASKED = { operation: OPERATION, credential: "jira.create" };
const NOTHING_DONE = "No ticket was made.";

/**
 * Refusals of this one request, each of them made instead of the creation: fields that are missing or invalid (400,
 * 422), the plan (402), no permission (403), no such project or issue type (404), a conflict (409, 412), a body that
 * is too large (413), or a request that the rate limit turned away (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 412, 413, 422, 429]);

/** A conflict with what is there, or on its way, says that something may have been done. */
const SOMETHING_DONE = /exist|pending|progress|duplicate/i;

/**
 * Judges an answer.
 *
 * - 201 with a key and no error: created.
 * - One of {@link REFUSALS} in Jira's own shape with at least one error: no effect, unless it is a conflict that speaks
 *   of something done. The same status in another body comes from something between us and Jira, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - A redirect that isn't followed: no effect.
 * - Everything else, a 201 that we can't read included: unknown.
 */
export function concludeCreation<Data>(
  answer: UpstreamAnswer,
  done: (ticket_id: string) => Data,
): Conclusion<Data> {
  if (answer.status === 401) return noEffect(credentialRejected(jira, ASKED, 401));
  const payload = jsonOf(answer);
  const failure = jira.errorOf(answer, payload, ASKED);
  const created = CreatedIssue.safeParse(payload);
  if (answer.status === 201 && failure === null && created.success) {
    return { outcome: "done", data: done(created.data.key) };
  }
  if (failure !== null && (turnsAway(answer.status) || refuses(answer.status, payload))) {
    return noEffect(failure);
  }
  return { outcome: "unknown", failure: failure ?? contractChanged(jira, OPERATION, "key") };
}

function refuses(status: number, payload: unknown): boolean {
  const errors = errorsIn(payload);
  if (errors === null || !REFUSALS.has(status)) return false;
  const words = [...errors.messages, ...errors.fields.values()];
  return status !== 409 || !words.some((said) => SOMETHING_DONE.test(said));
}

function noEffect(failure: Failure) {
  return { outcome: "no_effect", failure: withoutEffect(failure, NOTHING_DONE) } as const;
}
