/** What was asked for an answer, of whom, and whether the answer is whole. */
import { type PublicError, publicError } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Matched, ReadOutcome, SourceReport } from "../toolkit/read.ts";

interface SourceCoverage {
  readonly source: string;
  readonly status: SourceReport["status"];
  readonly count: number;
  readonly total?: number;
  readonly queried_at: string;
  readonly as_of?: string;
  readonly matched?: readonly Matched[] | null;
  readonly error?: PublicError;
}

/** What was asked, and whether the answer is whole. */
export interface Coverage {
  readonly complete: boolean;
  readonly next_cursor: string | null;
  /** How many records were left out because they couldn't be read. */
  readonly unreadable: number;
  /** How the question was put, in the names of the tool's arguments, defaults included. */
  readonly searched?: JsonObject;
  readonly sources: readonly SourceCoverage[];
}

/** A source of which no part of the answer is missing. */
const WHOLE: ReadonlySet<SourceReport["status"]> = new Set(["ok", "not_found", "not_asked"]);

/** Coverage is complete only if every source that was asked answered in full, and none has more to give. */
export function coverageOf(
  sources: readonly SourceReport[],
  next_cursor: string | null,
  searched?: JsonObject,
): Coverage {
  const unreadable = sources.reduce((sum, source) => sum + (source.unreadable ?? 0), 0);
  return {
    complete: next_cursor === null && unreadable === 0 && sources.every(({ status }) => WHOLE.has(status)),
    next_cursor,
    unreadable,
    ...(searched === undefined ? {} : { searched }),
    sources: sources.map(({ error, unreadable: _summed, ...source }) =>
      error === undefined ? source : { ...source, error: publicError(error) },
    ),
  };
}

/** How a read's question was put: its arguments, without its page, and what the tool says of them. */
export function searchedOf(input: JsonObject, { searched }: ReadOutcome<unknown>): JsonObject {
  const { cursor: _cursor, limit: _limit, ...asked } = input;
  return { ...asked, ...searched };
}

/** What a model has to know of a read before it concludes anything, and what it can do about it. Fixed sentences. */
export function remarksOn(coverage: Coverage): { readonly notices: string[]; readonly next_step?: string } {
  const notices: string[] = [];
  const { sources, unreadable, next_cursor } = coverage;
  const failed = sources.some(({ status }) => !WHOLE.has(status));
  if (failed) {
    notices.push("Incomplete: not every source could be asked. Conclude nothing from what is missing.");
  }
  if (unreadable > 0) notices.push("Incomplete: some records could not be read and were left out.");
  if (sources.some(({ matched, count }) => matched === null && count === 0)) {
    notices.push(
      "No entries match. This source keeps no list of such things, so this doesn't show that the named thing exists.",
    );
  }
  if (next_cursor !== null) notices.push("There are more results.");
  const next_step =
    next_cursor !== null
      ? "For more, repeat the call with cursor set to coverage.next_cursor."
      : failed
        ? "coverage.sources says what failed, and what to do about it. Say what is missing."
        : unreadable > 0
          ? "Say that records are missing. Tell the people who run this instance, with the audit_id."
          : undefined;
  return next_step === undefined ? { notices } : { notices, next_step };
}
