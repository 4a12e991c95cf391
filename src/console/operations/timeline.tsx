/** Reads everything that the audit has about an operation, and draws it in order. */
import type { FC } from "hono/jsx";
import { inPlace } from "../../../verifier/event/place.ts";
import type { State } from "../../effect/machine/machine.ts";
import { Badge, Foreign, inUtc, StateBadge, stateInWords } from "../elements.tsx";

/** One event of an operation's course, as the audit database has it. */
export interface CourseEvent {
  readonly event_id: string;
  readonly at: string;
  readonly type: string;
  readonly subject: string | null;
  readonly client_id: string | null;
  readonly decision: string;
  readonly outcome: string;
  readonly error_code: string | null;
  /** JSON text. */
  readonly detail: string | null;
}

const MOST = 200;

/** Everything that the audit has about an operation, in order: its transitions, the calls that met it, the pages. */
export async function courseOf(db: D1Database, operation_id: string): Promise<readonly CourseEvent[]> {
  const { results } = await db
    .prepare(
      `SELECT event_id, at, type, subject, client_id, decision, outcome, error_code,
         json_extract(event, '$.detail') AS detail
       FROM audit_events WHERE operation_id = ? AND ${inPlace()} ORDER BY at, chain, seq LIMIT ?`,
    )
    .bind(operation_id, MOST)
    .all<CourseEvent>();
  return results;
}

/** The course of an operation, event by event. `state` is where it really stands. */
export const Timeline: FC<{ course: readonly CourseEvent[]; state: State; audit: boolean }> = ({
  course,
  state,
  audit,
}) => {
  const arrived = course.some(({ type, decision }) => type === "operation" && decision === state);
  return (
    <>
      <ol class="timeline">
        {course.map((event) => (
          <li>
            <Line event={event} />
            <p class="dim small">
              <time datetime={event.at}>{inUtc(event.at)}</time>
              {audit && (
                <>
                  {" · "}
                  <a href={`/console/audit/events/${event.event_id}`}>event</a>
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
      {!arrived && (
        <p class="dim small">
          By now its state is "{stateInWords(state)}". The event that says so is still on its way here.
        </p>
      )}
    </>
  );
};

const Line: FC<{ event: CourseEvent }> = ({ event }) => {
  const { type, decision, subject, client_id, outcome, error_code } = event;
  const detail = JSON.parse(event.detail ?? "{}") as Readonly<Record<string, unknown>>;
  switch (type) {
    case "operation":
      return (
        <>
          <StateBadge state={decision} />
          <p>
            <Foreign>{transition(decision, subject, detail)}</Foreign>
          </p>
        </>
      );
    case "console":
      return (
        <>
          <Badge tone={decision === "deny" ? "bad" : "info"}>console</Badge>
          <p>
            <Foreign>{subject}</Foreign>{" "}
            {decision === "deny"
              ? `was kept from "${String(detail.page)}": ${error_code}`
              : `used "${String(detail.page)}"`}
          </p>
        </>
      );
    default:
      return (
        <>
          <Badge tone={outcome === "error" ? "bad" : "neutral"}>{type}</Badge>
          <p>
            <Foreign>{subject}</Foreign> through <Foreign>{client_id}</Foreign>: {decision},{" "}
            {error_code ?? outcome}
          </p>
        </>
      );
  }
};

/** What a transition says beyond its name. */
function transition(
  decision: string,
  subject: string | null,
  detail: Readonly<Record<string, unknown>>,
): string {
  const text = (name: string) => (typeof detail[name] === "string" ? detail[name] : "");
  switch (decision) {
    case "claimed":
      return `Asked for by ${subject}: ${text("reason")}`;
    case "awaiting_approval":
    case "awaiting_confirmation":
      return `Held because ${text("held_because")} (policy ${text("policy_version")})`;
    case "approved":
    case "denied": {
      const why = text("decision_reason");
      return `By ${text("decided_by") || subject}${why === "" ? "" : `: ${why}`}`;
    }
    case "executing":
      return `Sent, for the ${ordinal(Number(detail.fence))} time`;
    case "succeeded":
    case "failed_safe": {
      const by = text("settled_by");
      if (by !== "") return `Settled by ${by}: ${text("settled_because")}`;
      return decision === "succeeded"
        ? `Known by: ${text("evidence").replaceAll("_", " ")}`
        : "Nothing took effect";
    }
    case "needs_operator":
      return "Reading the target back didn't settle it. An operator has to.";
    case "unknown":
      return "It was sent, and no answer proves how it ended.";
    default:
      return "";
  }
}

function ordinal(count: number): string {
  return ["", "first", "second", "third"][count] ?? `${count}th`;
}
