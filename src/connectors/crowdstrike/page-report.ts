/** Reports how much CrowdStrike has for a question, and what is missing from the page. */
import type { Failure } from "../../toolkit/failure.ts";
import type { Records } from "../../toolkit/lists/records.ts";
import type { Found, Matched } from "../../toolkit/read.ts";
import type { IdPage } from "./devices/devices.ts";

/**
 * What a page says of the source: how much there is, and what is missing.
 * @param error what the page lacks, or `null` if it is whole
 * @param matched for a question about a named thing, see `SourceReport`
 */
export function pageReport(
  listed: IdPage,
  described: Records<unknown>,
  error: Failure | null,
  matched?: readonly Matched[] | null,
): Pick<Found<unknown, unknown>, "total" | "unreadable" | "error" | "matched"> {
  return {
    total: listed.total,
    unreadable: listed.unreadable + described.unreadable,
    error,
    ...(matched === undefined ? {} : { matched }),
  };
}
