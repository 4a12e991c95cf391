/** Lists the events of all chains, newest first, with filters and downloads. */
import type { FC } from "hono/jsx";
import { OUTCOMES } from "../../audit/event/event.ts";
import { type AuditQuery, type FoundEvent, leftOut, searchAudit } from "../../audit/store/search.ts";
import type { Tool } from "../../toolkit/tool.ts";
import { Badge, Foreign, Id, inUtc, linkWith, Pager, Table, type Tone } from "../elements.tsx";
import { given } from "../filters.ts";
import { consolePage } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { CONFLICTS } from "./acknowledge.ts";
import { type AuditFilters, auditFilters, orRefused } from "./filters.ts";
import { LeftOut } from "./left-out.tsx";

const SECTION = "/console/audit";
const PAGE = 50;

/** `GET /console/audit`: every event of every chain, newest first. */
export async function showAudit({ env, catalogue, visitor, url }: Visit): Promise<Response> {
  const filters = auditFilters(url);
  const query: AuditQuery = { ...filters, limit: PAGE, cursor: given(url, "cursor") };
  const [{ events, next_cursor }, left_out, { waiting }] = await Promise.all([
    orRefused(() => searchAudit(env.DB, query)),
    leftOut(env.DB),
    env.TENANT_OBJECT.getByName(env.TENANT).listTroubles(),
  ]);
  const download = linkWith(new URL("/console/audit/export", url), {
    ...Object.fromEntries([...url.searchParams].filter(([name, value]) => name !== "cursor" && value !== "")),
  });
  const content = (
    <>
      <h1>Audit</h1>
      <p class="lead">
        Everybody's calls, state changes, sign-ins and visits here, newest first. Times are UTC.
      </p>
      <LeftOut rows={left_out} />
      <Conflicts waiting={waiting} />
      <search class="card">
        <Filters tools={catalogue.tools} filters={filters} />
      </search>
      <section class="card" aria-labelledby="events">
        <div class="heading">
          <h2 id="events">Events</h2>
          <p class="small">
            <a href={download} download>
              Download these as NDJSON
            </a>
            {Object.values(filters).some((value) => value !== undefined) && (
              <>
                {" · "}
                <a href="/console/audit/export" download>
                  Download everything
                </a>
              </>
            )}
          </p>
        </div>
        <Events events={events} />
        <Pager url={url} next_cursor={next_cursor} />
      </section>
    </>
  );
  return consolePage(visitor, { title: "Audit", section: SECTION }, content);
}

const Conflicts: FC<{ waiting: number }> = ({ waiting }) => (
  <div class={waiting === 0 ? "notice" : "notice bad"}>
    <a href={CONFLICTS}>Conflicts</a>: {waiting === 0 ? "none waits" : `${waiting} to be acknowledged`}
  </div>
);

const Events: FC<{ events: readonly FoundEvent[] }> = ({ events }) => (
  <Table
    label="Events"
    columns={["Time", "Person", "What", "Target", "Decision", "Outcome"]}
    empty="No matching events. Very recent ones may not have arrived yet."
    rows={events.map((event) => [
      <a class="mono" href={`${SECTION}/events/${event.event_id}`}>
        <time datetime={event.at}>{inUtc(event.at)}</time>
      </a>,
      <Foreign>{event.subject ?? ""}</Foreign>,
      <>
        {event.tool ?? event.type}
        {event.tool !== null && <span class="dim small"> {event.type}</span>}
      </>,
      <Id>{event.target ?? ""}</Id>,
      event.decision.replaceAll("_", " "),
      <Badge tone={toneOf(event)}>{(event.error_code ?? event.outcome).replaceAll("_", " ")}</Badge>,
    ])}
  />
);

function toneOf({ outcome, error_kind }: FoundEvent): Tone {
  switch (outcome) {
    case "ok":
      return "ok";
    case "error":
      return error_kind === "permission" ? "warn" : "bad";
    case "in_doubt":
      return "bad";
    case "pending_approval":
    case "open":
      return "info";
    default:
      return "neutral";
  }
}

const Filters: FC<{ filters: AuditFilters; tools: readonly Tool[] }> = ({
  tools,
  filters: { since, until, subject, tool, target, outcome },
}) => (
  <form method="get" action={SECTION}>
    <div class="fields">
      <div>
        <label for="since">From</label>
        <input id="since" name="since" type="datetime-local" step="1" value={localOf(since)} />
      </div>
      <div>
        <label for="until">Until</label>
        <input id="until" name="until" type="datetime-local" step="1" value={localOf(until)} />
      </div>
      <div>
        <label for="subject">Person</label>
        <input id="subject" name="subject" value={subject ?? ""} autocomplete="off" />
      </div>
      <div>
        <label for="tool">Tool</label>
        <select id="tool" name="tool">
          <option value="">any</option>
          {tools.map(({ name }) => (
            <option value={name} selected={name === tool}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="target">Target</label>
        <input id="target" name="target" value={target ?? ""} placeholder="device/…" autocomplete="off" />
      </div>
      <div>
        <label for="outcome">Outcome</label>
        <select id="outcome" name="outcome">
          <option value="">any</option>
          {OUTCOMES.map((name) => (
            <option value={name} selected={name === outcome}>
              {name.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      </div>
      <div>
        <button type="submit">Search</button>
      </div>
    </div>
  </form>
);

/** A time in the form that the field takes: UTC, without saying so. */
function localOf(time: string | undefined): string {
  return time === undefined ? "" : time.slice(0, 19);
}
