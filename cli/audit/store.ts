/** Reads the audit database's rows as they are stored. */
import { inPlace } from "../../verifier/event/place.ts";
import type { LiveHead } from "../../verifier/event/stored-event.ts";
import type { PresentedProof } from "../../verifier/verify/evidence.ts";
import type { PlantedRow, Presented } from "../../verifier/verify/planted.ts";
import {
  ANCHORS,
  CHECKPOINTS,
  EVENTS,
  everyRow,
  presentedEvent,
  presentedProof,
} from "../../verifier/verify/walk.ts";
import { queryDatabase, type Rows } from "../local/database-file.ts";

/** Every row of the audit's events, by chain and number as they are stored. Walked over anew each time. */
export function storedEvents(rows: Rows): Iterable<Presented> {
  return {
    *[Symbol.iterator]() {
      for (const row of rows(everyRow(EVENTS))) yield presentedEvent(row);
    },
  };
}

/** Every anchor, then every checkpoint, of the audit database. */
export function storedProofs(rows: Rows): Iterable<PresentedProof | PlantedRow> {
  return {
    *[Symbol.iterator]() {
      for (const table of [ANCHORS, CHECKPOINTS])
        for (const row of rows(everyRow(table))) yield presentedProof(table, row);
    },
  };
}

/** True if the database holds, or held, to its end every chain of which something is still to be sent. */
export function isHeld(stateDir: string, heads: ReadonlyMap<string, LiveHead>): boolean {
  const pending = [...heads.values()].filter(({ pending_from }) => pending_from !== null);
  if (pending.length === 0) return true;
  const rows = queryDatabase(
    stateDir,
    `SELECT chain, SUM(events) AS events FROM (
       SELECT chain, COUNT(*) AS events FROM audit_events WHERE ${inPlace()} GROUP BY chain
       UNION ALL SELECT chain, seq FROM audit_anchors WHERE ${inPlace()}
     ) GROUP BY chain`,
  );
  const events = new Map(rows.map(({ chain, events }) => [chain, Number(events)]));
  return pending.every(({ chain, seq }) => (events.get(chain) ?? 0) >= seq);
}
