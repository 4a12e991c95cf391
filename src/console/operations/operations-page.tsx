/** Lists state changes by how they stand, with filters. People without the role see only their own. */
import type { FC } from "hono/jsx";
import type { Tool } from "../../toolkit/tool.ts";
import { Pager, STATE_NAMES, stateInWords } from "../elements.tsx";
import { given } from "../filters.ts";
import { consolePage } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { maySeeAll } from "./access.ts";
import { OperationTable } from "./history.tsx";
import { listOperations } from "./latest.ts";

const SECTION = "/console/operations";
const PAGE = 25;

/** `GET /console/operations`: state changes by how they stand, the latest change first. */
export async function showOperations({ env, catalogue, visitor, now, url }: Visit): Promise<Response> {
  const all = maySeeAll(visitor);
  const filters = {
    state: given(url, "state"),
    tool: given(url, "tool"),
    target: given(url, "target"),
    subject: all ? given(url, "subject") : visitor.subject,
  };
  const { operations, next_cursor } = await listOperations(env.DB, {
    ...filters,
    cursor: given(url, "cursor"),
    limit: PAGE,
  });
  const content = (
    <>
      <h1>Operations</h1>
      <p class="lead">
        {all ? "Everybody's state changes" : "The state changes that you asked for"}, from claim to end. The
        list follows with a second's delay; an operation's own page is up to date. Times are UTC.
      </p>
      <search class="card">
        <Filters tools={catalogue.tools.filter(({ kind }) => kind === "change")} all={all} {...filters} />
      </search>
      <section class="card" aria-label="Operations">
        <OperationTable
          label="Operations"
          operations={operations}
          now={now}
          empty="No matching operations."
        />
        <Pager url={url} next_cursor={next_cursor} />
      </section>
    </>
  );
  return consolePage(visitor, { title: "Operations", section: SECTION }, content);
}

const Filters: FC<{
  tools: readonly Tool[];
  all: boolean;
  state: string | undefined;
  tool: string | undefined;
  target: string | undefined;
  subject: string | undefined;
}> = ({ tools, all, state, tool, target, subject }) => (
  <form method="get" action={SECTION}>
    <div class="fields">
      <div>
        <label for="state">State</label>
        <select id="state" name="state">
          <option value="">any</option>
          {STATE_NAMES.map((name) => (
            <option value={name} selected={name === state}>
              {stateInWords(name)}
            </option>
          ))}
        </select>
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
      {all && (
        <div>
          <label for="subject">Asked for by</label>
          <input id="subject" name="subject" value={subject ?? ""} autocomplete="off" />
        </div>
      )}
      <div>
        <button type="submit">Filter</button>
      </div>
    </div>
  </form>
);
