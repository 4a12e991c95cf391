/** Shows what waits for somebody, and how the last day went. */
import type { FC } from "hono/jsx";
import { may } from "../need.ts";
import { maySeeAll } from "../operations/access.ts";
import { OperationTable } from "../operations/history.tsx";
import { listOperations, waitingOperations } from "../operations/latest.ts";
import { consolePage } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { type Activity, activityOfDay } from "./activity.ts";
import { ActivityChart } from "./chart.tsx";

const SECTION = "/console";
const RECENT = 8;

/** `GET /console`: what waits for somebody, and how the last day went. */
export async function showOverview({ env, visitor, now }: Visit): Promise<Response> {
  const all = maySeeAll(visitor);
  const subject = all ? undefined : visitor.subject;
  const [waiting, stuck, recent, activity] = await Promise.all([
    waitingOperations(env, { state: "awaiting_approval", subject }, now),
    waitingOperations(env, { state: "needs_operator", subject }, now),
    listOperations(env.DB, { subject, limit: RECENT }),
    activityOfDay(env.DB, now, subject),
  ]);
  const content = (
    <>
      <h1>Overview</h1>
      <p class="lead">
        {all ? "Everybody's calls and state changes" : "Your own calls and state changes"}. Times are UTC.
      </p>
      <div class="cards">
        <Waiting
          count={waiting.total}
          what={["approval waiting", "approvals waiting"]}
          href={
            may(visitor.roles, "operations:approve")
              ? "/console/approvals"
              : "/console/operations?state=awaiting_approval"
          }
        />
        <Waiting
          count={stuck.total}
          what={["operation needs an operator", "operations need an operator"]}
          href="/console/operations?state=needs_operator"
        />
      </div>
      <Charts activity={activity} />
      <section class="card" aria-labelledby="recent">
        <h2 id="recent">Latest state changes</h2>
        <OperationTable
          label="Latest state changes"
          operations={recent.operations}
          now={now}
          empty="None yet."
        />
      </section>
    </>
  );
  return consolePage(visitor, { title: "Overview", section: SECTION }, content);
}

const Waiting: FC<{ count: number; what: readonly [one: string, more: string]; href: string }> = ({
  count,
  what,
  href,
}) => (
  <section class="card">
    <p class="figure">{count}</p>
    <p>{count === 0 ? <span class="dim">{what[1]}</span> : <a href={href}>{what[count === 1 ? 0 : 1]}</a>}</p>
  </section>
);

const Charts: FC<{ activity: Activity }> = ({ activity }) => (
  <div class="cards">
    <ActivityChart name="Calls" tone="" hours={activity.hours} pick={({ calls }) => calls} />
    <ActivityChart name="Denials" tone="warn" hours={activity.hours} pick={({ denials }) => denials} />
    <ActivityChart name="Failures" tone="bad" hours={activity.hours} pick={({ failures }) => failures} />
  </div>
);
