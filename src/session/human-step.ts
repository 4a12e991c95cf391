/** What a client may ask its person to do, so that a state change that waits can go on. Pure. */
import type { Result } from "../path/answer.ts";

/** A step that only a person can take. */
export type HumanStep =
  /** Another person decides, on a page. Opening it is no approval: the page asks who opens it. */
  | { readonly step: "open"; readonly operation_id: string; readonly url: string; readonly message: string }
  /** The person confirms what they asked for themselves. */
  | { readonly step: "confirm"; readonly operation_id: string; readonly message: string };

/** The step that `result` waits for, or `null`. A wait that the caller has been told of before is no news. */
export function humanStep(result: Result): HumanStep | null {
  if (result.status !== "pending_approval" || result.operation.replayed === true) return null;
  const { id: operation_id, state, approval_url: url } = result.operation;
  if (state === "awaiting_confirmation") {
    return { step: "confirm", operation_id, message: "Confirm that this state change is what you want." };
  }
  if (url === undefined) return null;
  const message =
    "Another person has to approve this state change. Open the page to see it, or pass the link on.";
  return { step: "open", operation_id, url, message };
}

/** The form of a confirmation, as both protocol eras put it to a person. */
export const CONFIRMATION_FORM = {
  type: "object" as const,
  properties: {
    confirm: { type: "boolean" as const, title: "Do it", description: "Go on with this state change" },
  },
  required: ["confirm"],
};

/** Whether an elicitation's answer confirms. Whatever isn't a clear yes is a no; `null` if nobody answered. */
export function confirmed(answer: unknown): boolean | null {
  if (typeof answer !== "object" || answer === null || !("action" in answer)) return null;
  if (answer.action === "cancel") return null;
  const content = "content" in answer ? answer.content : undefined;
  const yes =
    typeof content === "object" && content !== null && "confirm" in content && content.confirm === true;
  return answer.action === "accept" && yes;
}
