/** What Jira's answer to the creation of an issue proves. */
import { jsonOf } from "../../downstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import type { Conclusion } from "../../path/tool.ts";
import { hasErrors, jira, refusedFields } from "./errors.ts";
import { CreatedIssue } from "./schemas.ts";

export const OPERATION = "createIssue";
const ASKED = { operation: OPERATION, credential: "jira.create" };

/**
 * Refusals that the vendor documents for the creation, each of them made instead of it: fields that are
 * missing or invalid (400), no permission (403), "a configuration problem prevents the creation" (422), or a
 * request that the rate limit turned away (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 422, 429]);

/** The fields that we send: only names that we know are repeated. */
const FIELDS: ReadonlySet<string> = new Set([
  "project",
  "issuetype",
  "summary",
  "description",
  "priority",
  "labels",
]);

/**
 * Judges an answer.
 *
 * - 201 with a key and no error: created.
 * - 400, 403, 422, 429 in Jira's own shape with at least one error: no effect. The same status in another
 *   body comes from something between us and Jira, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - Everything else, a 201 that we can't read included: unknown.
 */
export function concludeCreation<Data>(
  answer: UpstreamAnswer,
  done: (ticket_id: string) => Data,
): Conclusion<Data> {
  if (answer.status === 401) {
    return { outcome: "no_effect", failure: credentialRejected(jira, ASKED, 401) };
  }
  const payload = jsonOf(answer);
  const failure = jira.errorOf(answer, payload, ASKED);
  const created = CreatedIssue.safeParse(payload);
  if (answer.status === 201 && failure === null && created.success) {
    return { outcome: "done", data: done(created.data.key) };
  }
  if (failure !== null && REFUSALS.has(answer.status) && hasErrors(payload)) {
    return { outcome: "no_effect", failure: refusal(failure, payload) };
  }
  return { outcome: "unknown", failure: failure ?? contractChanged(jira, OPERATION, "key") };
}

/** A refusal that names the fields, where it is about fields: they are the instance's settings as often as the caller's. */
function refusal(failure: Failure, payload: unknown): Failure {
  const fields = refusedFields(payload).filter((field) => FIELDS.has(field));
  if (failure.code !== "upstream_rejected" || fields.length === 0) return failure;
  return new Failure("upstream_rejected", `Jira created nothing: it refuses ${fields.join(", ")}.`, {
    ...failure.detail,
    next_step:
      "If title, description or priority are as they should be, tell the people who run this instance: the project, its issue type or its fields don't fit.",
  });
}
