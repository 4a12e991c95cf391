import type { Failure } from "../../toolkit/failure.ts";
import type { Records } from "../../toolkit/records.ts";
import type { Matched, SourceReport } from "../../toolkit/tool.ts";
import type { IdPage } from "./devices.ts";

/**
 * What a page says of the source: how much there is, how much of it is here, and what is missing.
 * @param error what the page lacks, or `null` if it is whole
 * @param matched for a question about a named thing, see {@link SourceReport}
 */
export function pageReport(
  source: string,
  now: number,
  listed: IdPage,
  described: Records<unknown>,
  error: Failure | null,
  matched?: readonly Matched[] | null,
): SourceReport {
  const report = {
    source,
    count: described.records.length,
    total: listed.total,
    queried_at: new Date(now).toISOString(),
    unreadable: listed.unreadable + described.unreadable,
    ...(matched === undefined ? {} : { matched }),
  };
  return error === null ? { ...report, status: "ok" } : { ...report, status: "error", error };
}
