/** Lists the events that the database refused, and takes the word of those who looked at them. */
import type { FC } from "hono/jsx";
import type { Trouble } from "../../../verifier/event/trouble.ts";
import type { KnownTrouble } from "../../tenant/protocol.ts";
import { MAX_REASON } from "../approvals/decide.ts";
import { Csrf, Facts, Foreign, Id, Table, Time } from "../elements.tsx";
import { consolePage } from "../page.tsx";
import type { Visit, Visitor } from "../visit.ts";
import { CONFLICTS } from "./acknowledge.ts";

const SECTION = "/console/audit";

/** `GET /console/audit/conflicts`: what the database refused, by the word of the tenant's object. */
export async function showConflicts({ env, visitor, now }: Visit): Promise<Response> {
  const { waiting, open, acknowledged } = await env.TENANT_OBJECT.getByName(env.TENANT).listTroubles();
  const content = (
    <>
      <p class="crumb">
        <a href={SECTION}>Audit</a>
      </p>
      <h1>Conflicts</h1>
      <p class="lead">
        Events that the database refused: another one stood in the place, or the message couldn't be read.
        Times are UTC.
      </p>
      {waiting === 0 && <div class="notice ok">Nothing waits to be acknowledged.</div>}
      {open.map((trouble) => (
        <Open trouble={trouble} visitor={visitor} now={now} />
      ))}
      {waiting > open.length && (
        <p class="dim small">
          These are the oldest {open.length} of {waiting}.
        </p>
      )}
      {acknowledged.length > 0 && (
        <section class="card" aria-labelledby="acknowledged">
          <h2 id="acknowledged">Acknowledged</h2>
          <Acknowledged troubles={acknowledged} now={now} />
        </section>
      )}
    </>
  );
  return consolePage(visitor, { title: "Conflicts", section: SECTION }, content);
}

const Open: FC<{ trouble: KnownTrouble; visitor: Visitor; now: number }> = ({
  trouble: { id, trouble, reported_at },
  visitor,
  now,
}) => (
  <section class="card" aria-labelledby={id}>
    <h2 id={id}>{titleOf(trouble)}</h2>
    <Facts wide of={[["Reported", <Time at={reported_at} now={now} />], ...factsOf(trouble)]} />
    <form method="post" action={`${CONFLICTS}/${id}/acknowledge`}>
      <Csrf token={visitor.csrf} />
      <label for={`reason-${id}`}>
        What was it? <span class="hint">for the audit</span>
      </label>
      <textarea id={`reason-${id}`} name="reason" required maxlength={MAX_REASON} rows={2} />
      <button type="submit">Acknowledge</button>
    </form>
  </section>
);

const Acknowledged: FC<{ troubles: readonly KnownTrouble[]; now: number }> = ({ troubles, now }) => (
  <Table
    label="Acknowledged"
    columns={["What", "Place", "When", "By", "Reason"]}
    empty="None."
    rows={troubles.map(({ trouble, acknowledged }) => [
      titleOf(trouble),
      <Id>{placeOf(trouble)}</Id>,
      <Time at={acknowledged?.at ?? ""} now={now} />,
      <Foreign>{acknowledged?.by ?? ""}</Foreign>,
      <Foreign>{acknowledged?.reason ?? ""}</Foreign>,
    ])}
  />
);

function titleOf({ kind }: Trouble): string {
  return kind === "conflict" ? "Two events for one place" : "A message that couldn't be stored";
}

function placeOf({ chain, seq }: Trouble): string {
  return chain === null || seq === null ? "unknown" : `${chain} #${seq}`;
}

function factsOf(trouble: Trouble) {
  const place = ["Place", <Id>{placeOf(trouble)}</Id>] as const;
  return trouble.kind === "conflict"
    ? [
        place,
        ["Stored hash", <Id>{trouble.stored_hash}</Id>] as const,
        ["Offered hash", <Id>{trouble.offered_hash}</Id>] as const,
        ["Seen by", trouble.seen_by] as const,
      ]
    : [
        place,
        ["Message", <Id>{trouble.message}</Id>] as const,
        ["Queue", trouble.queue] as const,
        ["Why", <Foreign>{trouble.reason}</Foreign>] as const,
      ];
}
