/** What Okta's answer to a change of an account proves. */

import type { Conclusion } from "../../toolkit/change.ts";
import type { Failure } from "../../toolkit/failure.ts";
import { jsonOf } from "../../toolkit/upstream/exchange.ts";
import { contractChanged, turnsAway, withoutEffect } from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import type { VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import { errorCode, okta } from "./errors.ts";

/** How one operation of Okta's answers, and what is said where it refuses. */
export interface Answers {
  /** The status of success, which comes without content. */
  readonly success: 200 | 204;
  /** That nothing was done, as a sentence: "No session was ended." */
  readonly nothing_done: string;
  /** What a refusal means that is about the account's status. */
  readonly refused_status: (status: number) => Failure;
}

/** The statuses of a refusal that is made before anything is done. A 400 can be more than that, see {@link REFUSED}. */
const REFUSALS: ReadonlySet<number> = new Set([402, 403, 404, 409, 412, 413, 422, 429]);

/** The codes of a 400 by which Okta refuses: the request isn't valid, or not well-formed. */
const REFUSED: ReadonlySet<string> = new Set(["E0000001", "E0000003"]);

/**
 * The codes that are about the account's status: Okta's requests hold nothing else that could be invalid (E0000001),
 * it isn't allowed "in the user's current status" (E0000038), or the user is still being activated (E0000112).
 */
const WRONG_STATUS: ReadonlySet<string> = new Set(["E0000001", "E0000038", "E0000112"]);

/**
 * Judges an answer to a change of one account.
 *
 * - The documented success, without content: done. With content it isn't the documented answer, but a page of
 *   something between us and Okta, or an error after all.
 * - A refusal in an error of Okta's own: no effect. The same status in another body comes from something between us
 *   and Okta, and proves nothing.
 * - 401: no effect whatever the body says; the status itself means that the request "has not been applied"
 *   (RFC 9110 §15.5.2).
 * - A redirect: no effect, it isn't followed. But a 303 comes after the deed: unknown.
 * - Everything else: unknown.
 */
export function concludeChange<Data>(
  answer: UpstreamAnswer,
  asked: VendorQuestion,
  { success, nothing_done, refused_status }: Answers,
  done: Data,
): Conclusion<Data> {
  const { status } = answer;
  const payload = jsonOf(answer);
  const code = errorCode(payload);
  if (status === success && isEmpty(answer.body, payload)) return { outcome: "done", data: done };
  const failure = okta.errorOf(answer, payload, asked) ?? contractChanged(okta, asked.operation, "");
  const refused = code !== null && (REFUSALS.has(status) || (status === 400 && REFUSED.has(code)));
  if (!refused && status !== 401 && !turnsAway(status)) return { outcome: "unknown", failure };
  if (refused && WRONG_STATUS.has(code)) return { outcome: "no_effect", failure: refused_status(status) };
  return { outcome: "no_effect", failure: withoutEffect(failure, nothing_done) };
}

/** No content, or an object without anything in it, which is how JSON frameworks write that. */
function isEmpty(body: string, payload: unknown): boolean {
  if (body.trim() === "") return true;
  return typeof payload === "object" && payload !== null && Object.keys(payload).length === 0;
}
