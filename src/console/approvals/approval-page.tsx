/**
 * Shows one operation that waits for a decision, with its target then and now. Opening the page decides
 * nothing.
 */

import type { FC } from "hono/jsx";
import { isOver } from "../../effect/machine/expiry.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { targetName } from "../../toolkit/change.ts";
import { ActorName, Csrf, Foreign } from "../elements.tsx";
import { clientNameOf, requireOperation } from "../operations/access.ts";
import { Before, Beside, OperationCard, OutcomeLine } from "../operations/card.tsx";
import { OperationTable } from "../operations/history.tsx";
import { listOperations, readOperation } from "../operations/latest.ts";
import { consolePage } from "../page.tsx";
import type { Visit, Visitor } from "../visit.ts";
import { MAX_REASON, whyNotTheirs } from "./decide.ts";
import { lookAtTarget, TargetThenAndNow } from "./target.tsx";

const SECTION = "/console/approvals";
const HISTORY = 10;

/**
 * `GET /console/approvals/{id}`: one operation that waits for a decision, or how it was decided. Opening it decides
 * nothing: the form does, if whoever opens it may.
 */
export async function showApproval(visit: Visit): Promise<Response> {
  const { env, catalogue, visitor, now } = visit;
  const operation = await requireOperation(visit);
  const [look, client_name, { operations }] = await Promise.all([
    isTheirs(operation, visitor) ? lookAtTarget(env, catalogue, operation) : null,
    clientNameOf(env, operation),
    listOperations(env.DB, {
      target: targetName(operation.target),
      other_than: operation.id,
      limit: HISTORY,
    }),
  ]);
  const beside = operation.beside === null ? null : await readOperation(env, operation.beside);
  const title = catalogue.tool(operation.tool)?.title ?? operation.tool;
  const content = (
    <>
      <p class="crumb">
        <a href={SECTION}>Approvals</a>
      </p>
      <h1>{title}</h1>
      <p class="lead">
        <Foreign>{nameOf(operation)}</Foreign>, asked for by <ActorName {...operation.requester} />
      </p>
      <div class="columns">
        <div>
          <OperationCard catalogue={catalogue} operation={operation} client_name={client_name} now={now} />
          {look === null ? (
            <Before operation={operation} />
          ) : (
            <TargetThenAndNow operation={operation} look={look} />
          )}
          {beside === null ? null : <Beside operation={beside} now={now} />}
        </div>
        <div>
          <Decision operation={operation} visitor={visitor} now={now} />
          <OutcomeLine operation={operation} now={now} />
        </div>
      </div>
      <section class="card" aria-labelledby="history">
        <h2 id="history">Other changes to this target</h2>
        <OperationTable
          label="Other operations on this target"
          operations={operations}
          now={now}
          empty="None in the audit."
        />
      </section>
    </>
  );
  return consolePage(visitor, { title, section: SECTION }, content);
}

/** Whether it waits, and for this visitor: nobody else needs to know how the target is now. */
function isTheirs(operation: OperationView, visitor: Visitor): boolean {
  const waits = operation.state === "awaiting_approval" || operation.state === "awaiting_confirmation";
  return waits && whyNotTheirs(operation, visitor) === null;
}

/** The target by the name that people know it by, where the gate saw one. */
function nameOf({ before, target }: OperationView): string {
  const seen: unknown = JSON.parse(before ?? "null");
  const { hostname } = (seen ?? {}) as { hostname?: unknown };
  return typeof hostname === "string" ? `${hostname} (${targetName(target)})` : targetName(target);
}

const Decision: FC<{ operation: OperationView; visitor: Visitor; now: number }> = ({
  operation,
  visitor,
  now,
}) => {
  const { state } = operation;
  if (state === "approved" || state === "executing") {
    return (
      <div class="notice ok" role="status">
        <p>Approved. It is being carried out now.</p>
        <p>
          <a href={`${SECTION}/${operation.id}`}>See what came of it</a>
        </p>
      </div>
    );
  }
  if (state !== "awaiting_approval" && state !== "awaiting_confirmation") {
    return (
      <div class={`notice ${state === "succeeded" ? "ok" : ""}`} role="status">
        <p>{DECIDED[state] ?? "This was decided. Nothing more is asked of you."}</p>
        <p>
          <a href={`/console/operations/${operation.id}`}>See the whole course of it</a>
        </p>
      </div>
    );
  }
  if (isOver(operation, now)) {
    return <div class="notice">This has expired. If it is still wanted, it has to be asked for again.</div>;
  }
  const why = whyNotTheirs(operation, visitor);
  return why === null ? (
    <Form operation={operation} visitor={visitor} />
  ) : (
    <div class="notice warn">{WHY_NOT[why]}</div>
  );
};

const DECIDED: Readonly<Record<string, string>> = {
  succeeded: "Approved, and carried out.",
  denied: "Denied. The requester has been told.",
  expired: "Expired: nobody decided in time, or it could not be carried out in time. Nothing was sent.",
  needs_operator: "It was sent, and how it ended isn't known. An operator has to settle it.",
  failed_safe: "It was tried, and had no effect.",
};

const WHY_NOT = {
  own_request: "You asked for this yourself. Another person has to decide on it.",
  not_theirs: "Only the person who asked for this can confirm it.",
  role_forbids: "Your role doesn't decide on this.",
} as const;

const Form: FC<{ operation: OperationView; visitor: Visitor }> = ({ operation, visitor }) => (
  <section class="card" aria-labelledby="decide">
    <h2 id="decide">{operation.state === "awaiting_approval" ? "Your decision" : "Do you want this?"}</h2>
    <form method="post" action={`${SECTION}/${operation.id}`}>
      <Csrf token={visitor.csrf} />
      <label for="reason">
        Reason <span class="hint">required to deny; the requester will read it</span>
      </label>
      <textarea id="reason" name="reason" maxlength={MAX_REASON} />
      <div class="actions">
        <button class="primary" type="submit" name="decision" value="approve">
          {operation.state === "awaiting_approval" ? "Approve" : "Confirm"}
        </button>
        <button class="danger" type="submit" name="decision" value="deny">
          Deny
        </button>
      </div>
    </form>
    <p class="dim small">
      Your decision counts once, for exactly what stands here, and is recorded under your name.
    </p>
  </section>
);
