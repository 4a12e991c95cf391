/** Shows one audit event whole, with its place in its chain recomputed. */
import type { FC } from "hono/jsx";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { leftOut } from "../../audit/store/search.ts";
import { Badge, Facts, Foreign, Id, inUtc } from "../elements.tsx";
import { consolePage } from "../page.tsx";
import { type Visit, VisitRefused } from "../visit.ts";
import { type Check, placedEvent, proofChecks } from "./proof.ts";

const SECTION = "/console/audit";

/** `GET /console/audit/events/{event_id}`: one event, whole, with its place in its chain recomputed. */
export async function showEvent({ env, visitor, param }: Visit): Promise<Response> {
  const placed = await placedEvent(env.DB, param("event_id"));
  if (placed === null) {
    throw new VisitRefused(404, "not_found", {
      title: "There is no such event",
      advice: (await leftOut(env.DB))
        ? "Rows of the database stand where no object writes, and are left out. audit verify names each."
        : "The link may be mistyped or cut; or the event is so recent that it is still on its way.",
    });
  }
  const { row } = placed;
  const title = `${row.tool ?? row.type}: ${row.decision.replaceAll("_", " ")}`;
  const content = (
    <>
      <p class="crumb">
        <a href={SECTION}>Audit</a>
      </p>
      <h1>{title}</h1>
      <p class="lead">
        <time datetime={row.at}>{inUtc(row.at)}</time> UTC, <Foreign>{row.subject ?? "no person"}</Foreign>
      </p>
      <Proof row={row} checks={proofChecks(placed)} />
      <section class="card" aria-labelledby="event">
        <h2 id="event">The event</h2>
        <Links row={row} />
        <pre tabindex={0}>{JSON.stringify(JSON.parse(row.event), null, 2)}</pre>
      </section>
    </>
  );
  return consolePage(visitor, { title, section: SECTION }, content);
}

const Proof: FC<{ row: AuditRecord; checks: readonly Check[] }> = ({ row, checks }) => (
  <section class="card" aria-labelledby="proof">
    <h2 id="proof">Its place, and the proof of it</h2>
    <Facts
      wide
      of={[
        ["Chain", <Id>{row.chain}</Id>],
        ["Number", String(row.seq)],
        ["Hash before", <Id>{row.prev}</Id>],
        ["Its hash", <Id>{row.hash}</Id>],
        ...checks.map(
          ({ claim, holds, detail }) =>
            [
              claim,
              <>
                <Badge tone={holds === null ? "neutral" : holds ? "ok" : "bad"}>
                  {holds === null ? "open" : holds ? "holds" : "broken"}
                </Badge>{" "}
                <span class="dim small">{detail}</span>
              </>,
            ] as const,
        ),
      ]}
    />
  </section>
);

const Links: FC<{ row: AuditRecord }> = ({ row: { operation_id, target, subject } }) => {
  const links = [
    operation_id === null ? null : ([`/console/operations/${operation_id}`, "Its operation"] as const),
    target === null
      ? null
      : ([`${SECTION}?target=${encodeURIComponent(target)}`, "All of this target"] as const),
    subject === null
      ? null
      : ([`${SECTION}?subject=${encodeURIComponent(subject)}`, "All of this person"] as const),
  ].filter((link) => link !== null);
  return links.length === 0 ? null : (
    <p>
      {links.map(([href, label], index) => (
        <>
          {index > 0 && " · "}
          <a href={href}>{label}</a>
        </>
      ))}
    </p>
  );
};
