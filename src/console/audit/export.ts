/**
 * Streams the audit as a download: everything in the order of its chains, or a selection, which can't be
 * verified.
 */
import { exportLine, leftOutLine } from "../../../verifier/export/export.ts";
import { wholeExport } from "../../audit/export/whole-export.ts";
import { leftOut, wholeEvents } from "../../audit/store/search.ts";
import { PROTECTION } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { type AuditFilters, auditFilters, orRefused } from "./filters.ts";

/**
 * `GET /console/audit/export`: OCSF events, one a line. Everything comes in the order of its chains, as offline
 * verification wants it, as the store held it at the beginning; a selection comes newest first, and can't be
 * verified as a whole.
 */
export async function downloadAudit({ env, url, now }: Visit): Promise<Response> {
  const filters = auditFilters(url);
  const selected = Object.values(filters).some((value) => value !== undefined);
  const pages = selected ? eventLines(env.DB, filters) : wholeExport(env);
  // The first page before the answer begins: a filter that isn't one is still a readable refusal.
  const first = await orRefused(() => pages.next());
  const day = new Date(now).toISOString().slice(0, 10);
  return new Response(lines(first, pages), {
    headers: {
      ...PROTECTION,
      "Content-Type": "application/x-ndjson; charset=utf-8",
      "Content-Disposition": `attachment; filename="sallyport-audit-${day}${selected ? "-selection" : ""}.ndjson"`,
    },
  });
}

type Pages = AsyncGenerator<readonly string[]>;

/** What every reader leaves out, the last line says. */
async function* eventLines(db: D1Database, filters: AuditFilters): Pages {
  for await (const page of wholeEvents(db, filters))
    yield page.map((event) => exportLine(event, event.event));
  const left_out = await leftOut(db);
  if (left_out > 0) yield [leftOutLine(left_out)];
}

/** A page is read when the one before has been taken. */
function lines(first: Awaited<ReturnType<Pages["next"]>>, pages: Pages): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: typeof first | null = first;
  return new ReadableStream({
    async pull(controller) {
      const page = next ?? (await pages.next());
      next = null;
      if (page.done === true) controller.close();
      else controller.enqueue(encoder.encode(page.value.map((line) => `${line}\n`).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
