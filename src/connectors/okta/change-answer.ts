/** What Okta's answer to a change of an account proves. */
import { jsonOf } from "../../downstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import type { Asked } from "../../downstream/vendor.ts";
import type { Conclusion } from "../../path/tool.ts";
import { errorCode, okta } from "./errors.ts";

/** How one operation of Okta's answers, by its document. */
export interface Answers {
  /** The status of success, which comes without content. */
  readonly success: 200 | 204;
  /** The statuses of a refusal, made before anything is done. */
  readonly refusals: readonly number[];
}

/**
 * Judges an answer to a change of one account.
 *
 * - The documented success, without content: done. With content it isn't the documented answer, but a page of
 *   something between us and Okta, or an error after all.
 * - A documented refusal, if the body is an error of Okta's own: no effect. The request is not valid, or the
 *   account isn't in the state that it needs (400); the app may not do this (403); there is no such user (404);
 *   the rate limit turned the request away (429). The same status in another body comes from something between
 *   us and Okta, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - Everything else: unknown.
 */
export function concludeChange<Data>(
  answer: UpstreamAnswer,
  asked: Asked,
  { success, refusals }: Answers,
  done: Data,
): Conclusion<Data> {
  if (answer.status === 401) return { outcome: "no_effect", failure: credentialRejected(okta, asked, 401) };
  const payload = jsonOf(answer);
  if (answer.status === success && isEmpty(answer.body, payload)) return { outcome: "done", data: done };
  const failure = okta.errorOf(answer, payload, asked) ?? contractChanged(okta, asked.operation, "");
  if (refusals.includes(answer.status) && errorCode(payload) !== null)
    return { outcome: "no_effect", failure };
  return { outcome: "unknown", failure };
}

/** No content, or an object without anything in it, which is how JSON frameworks write that. */
function isEmpty(body: string, payload: unknown): boolean {
  if (body.trim() === "") return true;
  return typeof payload === "object" && payload !== null && Object.keys(payload).length === 0;
}
