/** What Elastic's answer to the creation of a case proves. */
import { jsonOf } from "../../downstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Conclusion } from "../../path/tool.ts";
import { elastic, OPERATIONS, refusedBy } from "./errors.ts";
import { Case } from "./schemas.ts";

const OPERATION = OPERATIONS.createCase;
const ASKED = { operation: OPERATION, credential: "elastic.cases" };

/**
 * Refusals in `Cases_4xx_response`, the vendor's form for them, each of them made instead of the creation: invalid
 * fields (400), no permission (403), too many requests (429).
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 429]);

/**
 * Judges an answer.
 *
 * - 200 with a case that carries our tag: created.
 * - 400, 403, 429 in the vendor's own shape: no effect. The same status in another body comes from something
 *   between us and Kibana, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - Everything else, a 200 that we can't read included: unknown.
 */
export function concludeCase<Data>(
  answer: UpstreamAnswer,
  operation_id: string,
  done: (case_id: string) => Data,
): Conclusion<Data> {
  if (answer.status === 401) {
    return { outcome: "no_effect", failure: credentialRejected(elastic, ASKED, 401) };
  }
  const payload = jsonOf(answer);
  const failure = elastic.errorOf(answer, payload, ASKED);
  if (failure !== null) {
    const refused = REFUSALS.has(answer.status) && refusedBy(answer, payload) === "platform";
    return { outcome: refused ? "no_effect" : "unknown", failure };
  }
  const created = Case.safeParse(payload);
  if (answer.status === 200 && created.success && created.data.tags.includes(operation_id)) {
    return { outcome: "done", data: done(created.data.id) };
  }
  return { outcome: "unknown", failure: contractChanged(elastic, OPERATION, "tags") };
}
