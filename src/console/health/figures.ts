/** Counts from the audit how calls ended lately, and how many operations need a person. */
import { inPlace } from "../../../verifier/event/place.ts";

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** How calls ended within a time. A call that another one repeats is a call of its own. */
export interface CallFigures {
  readonly calls: number;
  /** Refused for who asked, or for what was switched off. */
  readonly denials: number;
  /** Every other error, by kind. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The figures that alerts are made of. */
export interface Figures {
  readonly last_15_minutes: CallFigures;
  readonly last_24_hours: CallFigures;
  /** Operations that stand there now. */
  readonly operations: {
    /** Nobody can tell whether they had an effect: a person has to settle them. */
    readonly needs_operator: number;
    readonly awaiting_approval: number;
    /** Sent, and without an answer. */
    readonly in_doubt: number;
  };
}

interface Row {
  readonly recent: number;
  readonly error_kind: string | null;
  readonly calls: number;
}

/** Read from the audit; so a call counts from when its event has arrived. `now` is milliseconds since the epoch. */
export async function figures(db: D1Database, now: number): Promise<Figures> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const [calls, operations] = await db.batch([
    db
      .prepare(
        `SELECT at >= ?1 AS recent, error_kind, COUNT(*) AS calls FROM audit_events
         WHERE at >= ?2 AND type = 'call' AND ${inPlace()} GROUP BY recent, error_kind`,
      )
      .bind(iso(now - QUARTER_MS), iso(now - DAY_MS)),
    db
      .prepare(
        `SELECT decision AS state, COUNT(*) AS count FROM audit_events AS e
         WHERE type = 'operation' AND at >= ?1 AND ${inPlace("e")}
           AND decision IN ('needs_operator', 'awaiting_approval', 'unknown', 'probing')
           AND NOT EXISTS (SELECT 1 FROM audit_events AS later
             WHERE later.operation_id = e.operation_id AND later.chain = e.chain AND later.type = 'operation'
               AND later.seq > e.seq AND ${inPlace("later")})
         GROUP BY decision`,
      )
      .bind(iso(now - 30 * DAY_MS)),
  ]);
  const rows = (calls?.results ?? []) as Row[];
  const states = new Map(
    ((operations?.results ?? []) as { state: string; count: number }[]).map(({ state, count }) => [
      state,
      count,
    ]),
  );
  const of = (state: string) => states.get(state) ?? 0;
  return {
    last_15_minutes: summed(rows.filter(({ recent }) => recent === 1)),
    last_24_hours: summed(rows),
    operations: {
      needs_operator: of("needs_operator"),
      awaiting_approval: of("awaiting_approval"),
      in_doubt: of("unknown") + of("probing"),
    },
  };
}

function summed(rows: readonly Row[]): CallFigures {
  const by_kind = new Map<string, number>();
  for (const { error_kind, calls } of rows)
    if (error_kind !== null) by_kind.set(error_kind, (by_kind.get(error_kind) ?? 0) + calls);
  const denials = by_kind.get("permission") ?? 0;
  by_kind.delete("permission");
  return {
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    denials,
    failures: Object.fromEntries([...by_kind].sort()),
  };
}
