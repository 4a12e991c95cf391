/** Draws what an operation is about and how it stands, with everything that a decision needs. */
import type { Child, FC } from "hono/jsx";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { portOf, targetName } from "../../toolkit/change.ts";
import { ActorName, Facts, Foreign, factsOf, Id, StateBadge, Time } from "../elements.tsx";

/** What somebody wants done, on what, by whom and why: everything that a decision needs. */
export const OperationCard: FC<{
  catalogue: Catalogue;
  operation: OperationView;
  client_name: string | null;
  now: number;
}> = ({ catalogue, operation, client_name, now }) => {
  const { requester } = operation;
  const via = client_name ?? requester.client_id;
  return (
    <section class="card" aria-labelledby="what">
      <h2 id="what">What is asked for</h2>
      <PlainWords catalogue={catalogue} operation={operation} />
      <Facts
        of={[
          ["Target", <TargetLine operation={operation} />],
          ...factsOf(operation.input, operation.target.id),
          operation.given_up ? ["Arguments and data", "past their retention of 90 days"] : null,
          [
            "Asked for by",
            <>
              <strong>
                <ActorName {...requester} />
              </strong>{" "}
              ({requester.roles.join(", ")}) through <Foreign>{via}</Foreign>
            </>,
          ],
          ["Reason given", <Foreign>{operation.reason}</Foreign>],
          operation.finding_id === null ? null : ["Finding", <Foreign>{operation.finding_id}</Foreign>],
          ["Asked for at", <Time at={operation.created_at} now={now} />],
          operation.held_because === null ? null : ["Held because", operation.held_because],
          operation.policy_version === null ? null : ["Under policy", operation.policy_version],
          ["Operation", <Id>{operation.id}</Id>],
        ]}
      />
    </section>
  );
};

/** What the target was when the gate looked at it. */
export const Before: FC<{ operation: OperationView }> = ({ operation }) => {
  const facts = factsOf(operation.before, operation.target.id);
  return facts.length === 0 ? null : (
    <section class="card" aria-labelledby="before">
      <h2 id="before">The target, when it was asked for</h2>
      <Facts of={facts} />
    </section>
  );
};

/** One that is alike and was sent meanwhile: the approver says whether both are wanted. */
export const Beside: FC<{ operation: OperationView; now: number }> = ({ operation, now }) => (
  <section class="card" aria-labelledby="beside">
    <h2 id="beside">Another one like it was sent meanwhile</h2>
    <Facts
      of={[
        ...factsOf(operation.input, operation.target.id),
        ["Asked for by", <Foreign>{operation.requester.display}</Foreign>],
        ["State", <StateBadge state={operation.state} />],
        operation.executed_at === null
          ? null
          : ["Took effect", <Time at={operation.executed_at} now={now} />],
        ["Operation", <Id>{operation.id}</Id>],
      ]}
    />
  </section>
);

/** How an operation stands, and how that is known. */
export const OutcomeLine: FC<{ operation: OperationView; now: number }> = ({ operation, now }) => {
  const { state, approved_by, evidence, executed_at, expires_at, decision_reason, error } = operation;
  const waits = state === "awaiting_approval" || state === "awaiting_confirmation";
  return (
    <section class="card" aria-labelledby="outcome">
      <h2 id="outcome">How it stands</h2>
      <Facts
        of={[
          ["State", <StateBadge state={state} />],
          waits && expires_at !== null ? ["Expires", <Time at={expires_at} now={now} />] : null,
          approved_by === null ? null : ["Approved by", <Foreign>{approved_by}</Foreign>],
          decision_reason === null || decision_reason === ""
            ? null
            : ["Reason of the decision", <Foreign>{decision_reason}</Foreign>],
          executed_at === null ? null : ["Took effect", <Time at={executed_at} now={now} />],
          evidence === null ? null : ["Known by", EVIDENCE[evidence]],
          error === null ? null : ["What happened", error.message],
        ]}
      />
    </section>
  );
};

const EVIDENCE: { readonly [E in NonNullable<OperationView["evidence"]>]: Child } = {
  answered: "the vendor's answer",
  read_back: "reading the target back: it is as wanted, by this request or another",
  already_so: "a look beforehand: it was so already, and nothing was sent",
  operator: "the word of a person who settled it",
};

const TargetLine: FC<{ operation: OperationView }> = ({ operation }) => {
  const target = targetName(operation.target);
  return (
    <a href={`/console/operations?target=${encodeURIComponent(target)}`}>
      <Id>{target}</Id>
    </a>
  );
};

/** The tool's own words, and what its declaration says besides. */
const PlainWords: FC<{ catalogue: Catalogue; operation: OperationView }> = ({ catalogue, operation }) => {
  const tool = catalogue.tool(operation.tool);
  if (tool?.kind !== "change") return <p>{operation.tool}, a tool that this version no longer has.</p>;
  const undo = tool.reversed_by === null ? undefined : catalogue.tool(tool.reversed_by);
  const { vendor, permission } = portOf(tool, operation.target).credential;
  return (
    <>
      <p>
        <strong>{tool.title}.</strong> {firstSentences(tool.description)}
      </p>
      <p class="dim small">
        {tool.annotations.destructiveHint ? "This disrupts what people are doing. " : ""}
        {undo === undefined ? "No tool here undoes it. " : `It can be undone: ${undo.title.toLowerCase()}. `}
        It is sent to {vendor.title} with a credential that may do only this much: {permission}.
      </p>
    </>
  );
};

/** The part of a description that is about the tool. What follows is advice to models. */
function firstSentences(description: string): string {
  return description.split(/\s(?:May need approval|Next:|Undo:)/)[0] ?? description;
}
