/** Makes the failure for a search that no filter of Okta's can express. */
import { Failure } from "../../toolkit/failure.ts";

/** What was asked for can't be said in any filter of Okta's. Something narrower in its place would look like an answer. */
export function unsupportedFilter(argument: string, message: string, hint: string): Failure {
  return new Failure("unsupported_filter", `Okta can't be searched for this. ${message}`, {
    next_step: hint,
    issues: [{ path: argument, message, hint }],
  });
}
