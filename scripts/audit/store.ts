import type { PresentedProof } from "../../src/audit/evidence.ts";
import { RECORD_COLUMNS } from "../../src/audit/record.ts";
import { fromRow, type LiveHead, type StoredEvent } from "../../src/audit/stored-event.ts";
import { pagesOf, type Query, queryDatabase } from "../database-file.ts";

/** Checkpoints come with their lists, which may be long. */
const PROOF_PAGE = 100;

/** Every event of the audit database, by chain and number. Walked over anew each time, page by page. */
export function storedEvents(run: Query): Iterable<StoredEvent> {
  const columns = RECORD_COLUMNS.join(", ");
  const query = `SELECT ${columns} FROM audit_events WHERE (chain, seq) > (?, ?) ORDER BY chain, seq LIMIT ?`;
  return {
    *[Symbol.iterator]() {
      // Numbers that aren't any come first: nothing that was put there may escape.
      const rows = pagesOf(run, query, ["", Number.MIN_SAFE_INTEGER], (last) => [
        String(last.chain),
        Number(last.seq),
      ]);
      for (const row of rows) yield fromRow(row);
    },
  };
}

/** Every anchor, then every checkpoint, of the audit database. */
export function storedProofs(run: Query): Iterable<PresentedProof> {
  return {
    *[Symbol.iterator]() {
      const anchors = pagesOf<{ chain: string; seq: number; hash: string; jws: string }>(
        run,
        "SELECT chain, seq, hash, jws FROM audit_anchors WHERE chain > ? ORDER BY chain LIMIT ?",
        [""],
        ({ chain }) => [chain],
      );
      for (const anchor of anchors) yield { kind: "anchor", ...anchor };
      const checkpoints = pagesOf<{ n: number; jws: string; heads: string }>(
        run,
        "SELECT n, jws, heads FROM audit_checkpoints WHERE n > ? ORDER BY n LIMIT ?",
        [Number.MIN_SAFE_INTEGER],
        ({ n }) => [n],
        PROOF_PAGE,
      );
      for (const checkpoint of checkpoints) yield { kind: "checkpoint", ...checkpoint };
    },
  };
}

/** True if the database holds, or held, every chain to its end. */
export function isHeld(stateDir: string, heads: ReadonlyMap<string, LiveHead>): boolean {
  const rows = queryDatabase(
    stateDir,
    `SELECT chain, SUM(events) AS events FROM (
       SELECT chain, COUNT(*) AS events FROM audit_events GROUP BY chain
       UNION ALL SELECT chain, seq FROM audit_anchors
     ) GROUP BY chain`,
  );
  const events = new Map(rows.map(({ chain, events }) => [chain, Number(events)]));
  return [...heads.values()].every(({ chain, seq }) => (events.get(chain) ?? 0) >= seq);
}

/** How often another event was offered for a place, and how many messages couldn't be stored. */
export function troubles(stateDir: string): Record<string, unknown> {
  const [row] = queryDatabase(
    stateDir,
    `SELECT (SELECT COUNT(*) FROM audit_conflicts) AS conflicts,
            (SELECT COUNT(*) FROM audit_dead_letters) AS dead_letters`,
  );
  return row ?? {};
}
