import { exportLine } from "../../audit/export.ts";
import { proofLines } from "../../audit/proof-lines.ts";
import { type WholeEvent, wholeEvents } from "../../audit/search.ts";
import { PROTECTION } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { auditFilters, orRefused } from "./filters.ts";

const PAGE = 100;

/**
 * `GET /console/audit/export`: OCSF events, one a line. Everything comes in the order of its chains, as offline
 * verification wants it; a selection comes newest first, and can't be verified as a whole.
 */
export async function downloadAudit({ env, url, now }: Visit): Promise<Response> {
  const filters = auditFilters(url);
  const selected = Object.values(filters).some((value) => value !== undefined);
  const pages = selected ? eventLines(wholeEvents(env.DB, filters)) : everything(env.DB);
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

async function* everything(db: D1Database): Pages {
  yield* proofLines(db);
  yield* eventLines(inOrderOfChains(db));
}

async function* eventLines(pages: AsyncGenerator<readonly WholeEvent[]>): Pages {
  for await (const page of pages) yield page.map((event) => exportLine(event, event.event));
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

async function* inOrderOfChains(db: D1Database): AsyncGenerator<readonly WholeEvent[]> {
  let after = { chain: "", seq: 0 };
  for (;;) {
    const { results } = await db
      .prepare(
        `SELECT chain, seq, prev, hash, event, at, event_id FROM audit_events
         WHERE (chain, seq) > (?, ?) ORDER BY chain, seq LIMIT ?`,
      )
      .bind(after.chain, after.seq, PAGE)
      .all<WholeEvent>();
    yield results;
    const last = results.at(-1);
    if (results.length < PAGE || last === undefined) return;
    after = last;
  }
}
