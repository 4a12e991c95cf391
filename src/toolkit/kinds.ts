/** What each kind of failure means for the caller: one table for models' instructions and for docs/reference/errors.md. */
import type { Kind } from "./failure.ts";

/** One kind, in words for a model. */
interface Taught {
  /** Whether the same call is worth making again. */
  readonly repeat: "yes, after `retry_after_ms`" | "no";
  /** What it means, and what to do. */
  readonly advice: string;
}

export const KINDS_TAUGHT: Readonly<Record<Kind, Taught>> = {
  transient: {
    repeat: "yes, after `retry_after_ms`",
    advice: "not now. Wait retry_after_ms, then make the same call. Nothing was found out meanwhile",
  },
  invalid_request: {
    repeat: "no",
    advice: "the call is at fault. Correct what issues, differences or next_step name",
  },
  permission: {
    repeat: "no",
    advice: "this person may not. Tell them, with grant_url if it is there. Don't try another way",
  },
  configuration: {
    repeat: "no",
    advice: "this instance is set up wrongly. Tell the person, with audit_id: only its operators can mend it",
  },
  contract: {
    repeat: "no",
    advice: "a source answered in an unknown form. Report it as not checked, never as clean",
  },
  in_doubt: {
    repeat: "no",
    advice: "a change may or may not have happened. Ask get_operation, and say so to the person",
  },
  internal: { repeat: "no", advice: "our own fault. Tell the person, with audit_id" },
};
