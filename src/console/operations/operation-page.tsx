/** Shows one state change with its whole course, and asks for an operator's word where it needs one. */
import type { FC } from "hono/jsx";
import { leftOut } from "../../audit/store/search.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { targetName } from "../../toolkit/change.ts";
import { MAX_REASON } from "../approvals/decide.ts";
import { LeftOut } from "../audit/left-out.tsx";
import { Csrf, Facts, Foreign, factsOf } from "../elements.tsx";
import { may } from "../need.ts";
import { consolePage } from "../page.tsx";
import type { Visit, Visitor } from "../visit.ts";
import { clientNameOf, requireOperation } from "./access.ts";
import { Before, OperationCard, OutcomeLine } from "./card.tsx";
import { courseOf, Timeline } from "./timeline.tsx";

const SECTION = "/console/operations";

/** `GET /console/operations/{id}`: one state change, and its whole course. */
export async function showOperation(visit: Visit): Promise<Response> {
  const { env, catalogue, visitor, now } = visit;
  const operation = await requireOperation(visit);
  const [client_name, course, left_out] = await Promise.all([
    clientNameOf(env, operation),
    courseOf(env.DB, operation.id),
    leftOut(env.DB),
  ]);
  const title = catalogue.tool(operation.tool)?.title ?? operation.tool;
  const content = (
    <>
      <p class="crumb">
        <a href={SECTION}>Operations</a>
      </p>
      <h1>{title}</h1>
      <p class="lead">
        <Foreign>{targetName(operation.target)}</Foreign>
      </p>
      <div class="columns">
        <div>
          <WhatNow operation={operation} visitor={visitor} />
          <OperationCard catalogue={catalogue} operation={operation} client_name={client_name} now={now} />
          <Before operation={operation} />
        </div>
        <div>
          <OutcomeLine operation={operation} now={now} />
          <Result operation={operation} />
          <section class="card" aria-labelledby="course">
            <h2 id="course">Its course</h2>
            <LeftOut rows={left_out} />
            <Timeline course={course} state={operation.state} audit={may(visitor.roles, "audit:read")} />
          </section>
        </div>
      </div>
    </>
  );
  return consolePage(visitor, { title, section: SECTION }, content);
}

/** What the operation asks of somebody, if it does. */
const WhatNow: FC<{ operation: OperationView; visitor: Visitor }> = ({ operation, visitor }) => {
  switch (operation.state) {
    case "awaiting_approval":
    case "awaiting_confirmation":
      return (
        <div class="notice warn">
          <p>
            It waits for a decision. <a href={`/console/approvals/${operation.id}`}>Open the decision</a>
          </p>
        </div>
      );
    case "needs_operator":
      return may(visitor.roles, "operations:approve") ? (
        <SettleForm operation={operation} visitor={visitor} />
      ) : (
        <div class="notice bad">It needs an operator: a person with operations:approve.</div>
      );
    default:
      return null;
  }
};

const SettleForm: FC<{ operation: OperationView; visitor: Visitor }> = ({ operation, visitor }) => (
  <section class="card" aria-labelledby="settle">
    <h2 id="settle">Did it happen?</h2>
    <p>
      This was sent, and neither the vendor's answer nor reading it back shows whether it took effect. Look in
      the vendor's own console, and say what you found.
    </p>
    <form method="post" action={`${SECTION}/${operation.id}/settle`}>
      <Csrf token={visitor.csrf} />
      <label for="reason">
        How do you know? <span class="hint">for the audit</span>
      </label>
      <textarea id="reason" name="reason" maxlength={MAX_REASON} required />
      <div class="actions">
        <button type="submit" name="outcome" value="happened">
          It happened
        </button>
        <button type="submit" name="outcome" value="did_not_happen">
          It did not happen
        </button>
      </div>
    </form>
    <p class="dim small">
      "It did not happen" lets the same change be sent again. Say so only if you are sure.
    </p>
  </section>
);

const Result: FC<{ operation: OperationView }> = ({ operation }) => {
  const facts = factsOf(operation.data, operation.target.id);
  return facts.length === 0 ? null : (
    <section class="card" aria-labelledby="result">
      <h2 id="result">Its result</h2>
      <Facts of={facts} />
    </section>
  );
};
