/** Lists the operations that wait for a decision, longest waiting first, and those decided last. */
import type { LatestOperation } from "../../audit/store/operations.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { targetName } from "../../toolkit/change.ts";
import { ActorName, Badge, Foreign, Id, Pager, Table, Time } from "../elements.tsx";
import { given } from "../filters.ts";
import { OperationTable, shortened } from "../operations/history.tsx";
import { listOperations, type WaitingPage, waitingOperations } from "../operations/latest.ts";
import { consolePage } from "../page.tsx";
import type { Visit } from "../visit.ts";

const SECTION = "/console/approvals";
const DECIDED_SHOWN = 5;

/**
 * `GET /console/approvals`: what waits for somebody's decision, page by page, the one that has waited longest first;
 * and what was decided last.
 */
export async function showApprovals({ env, catalogue, visitor, now, url }: Visit): Promise<Response> {
  const [waiting, denied, expired] = await Promise.all([
    waitingOperations(env, { state: "awaiting_approval", cursor: given(url, "cursor") }, now),
    listOperations(env.DB, { state: "denied", limit: DECIDED_SHOWN }),
    listOperations(env.DB, { state: "expired", limit: DECIDED_SHOWN }),
  ]);
  const over = [...denied.operations, ...expired.operations].sort(newestFirst).slice(0, DECIDED_SHOWN);
  const content = (
    <>
      <h1>Approvals</h1>
      <p class="lead">State changes that policy holds back until another person decides. Times are UTC.</p>
      <section class="card" aria-labelledby="waiting">
        <div class="heading">
          <h2 id="waiting">Waiting for a decision</h2>
          {waiting.total > 0 && <p class="dim small">{howMany(waiting)}</p>}
        </div>
        <Table
          label="Waiting for a decision"
          columns={["What", "Target", "Asked for by", "Held because", "Expires", ""]}
          empty="Nothing is waiting."
          rows={waiting.operations.map((operation) =>
            rowOf(operation, { catalogue, subject: visitor.subject, now }),
          )}
        />
        <Pager
          url={url}
          next_cursor={waiting.next_cursor}
          first_page="Longest waiting"
          next_page="Later requests"
        />
      </section>
      <section class="card" aria-labelledby="over">
        <h2 id="over">Denied or expired lately</h2>
        <OperationTable label="Denied or expired lately" operations={over} now={now} empty="None yet." />
      </section>
    </>
  );
  return consolePage(visitor, { title: "Approvals", section: SECTION }, content);
}

function howMany({ operations, total }: WaitingPage): string {
  const shown = operations.length === total ? "" : `, ${operations.length} of them on this page`;
  return `${total} in all${shown}; the longest waiting first`;
}

interface Listed {
  readonly catalogue: Catalogue;
  /** Who looks at it. */
  readonly subject: string;
  readonly now: number;
}

function rowOf(operation: OperationView, { catalogue, subject, now }: Listed) {
  const { id, tool, target, requester, reason, held_because, expires_at } = operation;
  const own = requester.subject === subject;
  return [
    <>
      <strong>{catalogue.tool(tool)?.title ?? tool}</strong>
      <div class="dim small">
        <Foreign>{shortened(reason)}</Foreign>
      </div>
    </>,
    <Id>{targetName(target)}</Id>,
    <>
      <ActorName {...requester} />
      {own && (
        <>
          {" "}
          <Badge tone="info">you</Badge>
        </>
      )}
    </>,
    held_because ?? "",
    expires_at === null ? "" : <Time at={expires_at} now={now} />,
    <a class="button" href={`${SECTION}/${id}`}>
      {own ? "Look" : "Review"}
      <span class="visually-hidden">
        {" "}
        {tool} on {targetName(target)}
      </span>
    </a>,
  ];
}

function newestFirst(one: LatestOperation, other: LatestOperation): number {
  return one.at < other.at ? 1 : -1;
}
