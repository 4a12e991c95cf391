/** Declares how Sallyport reports itself as a source, and the annotations of its own reads. */
import type { SourceReport } from "../../toolkit/read.ts";
import type { ToolAnnotations } from "../../toolkit/tool.ts";

/** The annotations of a read that stays inside Sallyport. */
export const OWN_READ: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** How Sallyport reports itself as a source. `now` is milliseconds since the epoch. */
export function ownSource(count: number, now: number): readonly SourceReport[] {
  return [{ source: "sallyport", status: "ok", count, queried_at: new Date(now).toISOString() }];
}
