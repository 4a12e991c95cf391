/** Reads the audit page's filters from its address, and turns a bad one into a readable refusal. */
import type { AuditQuery } from "../../audit/store/search.ts";
import { Failure } from "../../toolkit/failure.ts";
import { given } from "../filters.ts";
import { VisitRefused } from "../visit.ts";

/** What the audit page can be asked for. */
export type AuditFilters = Omit<AuditQuery, "limit" | "cursor">;

/** The filters of an address. */
export function auditFilters(url: URL): AuditFilters {
  return {
    since: instant(given(url, "since")),
    until: instant(given(url, "until")),
    subject: given(url, "subject"),
    tool: given(url, "tool"),
    target: given(url, "target"),
    outcome: given(url, "outcome"),
    operation_id: given(url, "operation_id"),
  };
}

/** A browser's field for times knows no zone; the page says that they are UTC. */
function instant(time: string | undefined): string | undefined {
  return time !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(time) ? `${time}Z` : time;
}

/** What a search returns. @throws Refused for a filter that isn't one */
export async function orRefused<Result>(search: () => Promise<Result>): Promise<Result> {
  try {
    return await search();
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code !== "invalid_input") throw thrown;
    const { message, detail } = thrown;
    throw new VisitRefused(400, "invalid_input", {
      title: "This can't be searched for",
      advice: `${message} ${detail.next_step}`,
    });
  }
}
