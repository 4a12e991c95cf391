import * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import { okta } from "./errors.ts";

/** A place in a list of Okta's, opaque to us. */
export const After = z.string().min(1).max(1024);

/**
 * Where a list goes on: the `after` of the `Link` header's `rel="next"`, or `null` at its end. The link itself
 * is never followed: whatever stands there, our token goes to the configured host only.
 * @throws Failure `contract` if there is a next page that we couldn't ask for: the list would look whole
 */
export function nextAfter(headers: Headers, operation: string): string | null {
  const link = headers.get("link") ?? "";
  const target = link
    .split(",")
    .flatMap((part) => /^\s*<([^<>]*)>\s*;\s*rel="?next"?/.exec(part)?.[1] ?? [])[0];
  if (target === undefined) return null;
  const after = After.safeParse(URL.parse(target)?.searchParams.get("after"));
  if (!after.success) throw contractChanged(okta, operation, "link");
  return after.data;
}
