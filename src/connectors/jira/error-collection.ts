/** Reads the errors in Jira's answer, as a whole and by field. Jira's words are never passed on. */
import * as z from "zod";

/** `ErrorCollection`: what failed as a whole, and what failed by field. */
const ErrorCollection = z.object({
  errorMessages: z.array(z.string()).nullish(),
  errors: z.record(z.string(), z.unknown()).nullish(),
});

/** What Jira says went wrong. Its words are for finding out whose mistake it was, and are never passed on. */
export interface JiraErrors {
  readonly messages: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
}

/** The errors in a body; `null` where it isn't Jira's own, or reports none. */
export function errorsIn(payload: unknown): JiraErrors | null {
  const parsed = ErrorCollection.safeParse(payload);
  if (!parsed.success) return null;
  const messages = parsed.data.errorMessages ?? [];
  const fields = new Map(
    Object.entries(parsed.data.errors ?? {}).map(([name, said]) => [name, String(said)]),
  );
  return messages.length + fields.size === 0 ? null : { messages, fields };
}
