/**
 * Keeps what the store refused, and who has looked at it, where those who can write to the database can't
 * remove it.
 */
import { type Trouble, troubleId } from "../../verifier/event/trouble.ts";
import { acknowledgeFact, reportFact } from "../audit/event/trouble-facts.ts";
import type { Ledger } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";
import type { Acknowledgement, KnownTrouble, TroubleList } from "./protocol.ts";

const SCHEMA = [
  `CREATE TABLE troubles (
     id TEXT PRIMARY KEY,
     trouble TEXT NOT NULL,
     -- The chain that has two events for one place; NULL for a dead letter, whose event its object sends again.
     contested TEXT,
     -- In milliseconds, and the number of the event that reports it.
     reported_at INTEGER NOT NULL,
     reported_seq INTEGER NOT NULL,
     acknowledged_at INTEGER,
     acknowledged_by TEXT,
     reason TEXT
   ) WITHOUT ROWID;
   CREATE INDEX troubles_open ON troubles (reported_seq) WHERE acknowledged_at IS NULL;
   CREATE INDEX troubles_contested ON troubles (contested) WHERE contested IS NOT NULL`,
] as const;

/** The most that a page shows of each. */
const SHOWN = 100;

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  trouble: string;
  reported_at: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  reason: string | null;
}

/**
 * What the store refused, by the word of those who saw it. Here and in the tenant's chain, because whoever can write to
 * the database could take it away there.
 */
export class Troubles {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #ledger: Ledger;

  constructor(storage: DurableObjectStorage, ledger: Ledger) {
    applySchema(storage, "troubles", SCHEMA);
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#ledger = ledger;
  }

  /** Takes note of each, once. */
  report(troubles: readonly Trouble[]): void {
    this.#storage.transactionSync(() => {
      for (const trouble of troubles) {
        const id = troubleId(trouble);
        if (this.#sql.exec("SELECT 1 FROM troubles WHERE id = ?", id).toArray().length > 0) continue;
        this.#ledger.append(reportFact(id, trouble));
        this.#sql.exec(
          `INSERT INTO troubles (id, trouble, contested, reported_at, reported_seq) VALUES (?, ?, ?, ?, ?)`,
          id,
          JSON.stringify(trouble),
          trouble.kind === "conflict" ? trouble.chain : null,
          Date.now(),
          this.#ledger.head.seq,
        );
      }
    });
  }

  /** Somebody has looked. It stays on record. */
  acknowledge({ id, by, reason }: Acknowledgement): "acknowledged" | "unknown" | "already" {
    return this.#storage.transactionSync(() => {
      const { rowsWritten } = this.#sql.exec(
        `UPDATE troubles SET acknowledged_at = ?, acknowledged_by = ?, reason = ?
         WHERE id = ? AND acknowledged_at IS NULL`,
        Date.now(),
        by,
        reason,
        id,
      );
      if (rowsWritten === 0) {
        const known = this.#sql.exec("SELECT 1 FROM troubles WHERE id = ?", id).toArray();
        return known.length > 0 ? "already" : "unknown";
      }
      this.#ledger.append(acknowledgeFact(id, by, reason));
      return "acknowledged";
    });
  }

  /** Those that wait, oldest first, and the latest that somebody has looked at. */
  list(): TroubleList {
    const open = this.#sql
      .exec<Row>("SELECT * FROM troubles WHERE acknowledged_at IS NULL ORDER BY reported_seq LIMIT ?", SHOWN)
      .toArray();
    const { waiting } = this.#sql
      .exec<{ waiting: number }>("SELECT COUNT(*) AS waiting FROM troubles WHERE acknowledged_at IS NULL")
      .one();
    const acknowledged = this.#sql
      .exec<Row>(
        "SELECT * FROM troubles WHERE acknowledged_at IS NOT NULL ORDER BY acknowledged_at DESC LIMIT ?",
        SHOWN,
      )
      .toArray();
    return { waiting, open: open.map(known), acknowledged: acknowledged.map(known) };
  }

  /** True if the store was ever offered another event for a place of the chain. */
  contests(chain: string): boolean {
    return this.#sql.exec("SELECT 1 FROM troubles WHERE contested = ? LIMIT 1", chain).toArray().length > 0;
  }

  /** The number of the first event in the tenant's chain that reports one that still waits; `null` for none. */
  get firstWaiting(): number | null {
    return this.#sql
      .exec<{ seq: number | null }>(
        "SELECT MIN(reported_seq) AS seq FROM troubles WHERE acknowledged_at IS NULL",
      )
      .one().seq;
  }
}

function known({ id, trouble, reported_at, acknowledged_at, acknowledged_by, reason }: Row): KnownTrouble {
  return {
    id,
    trouble: JSON.parse(trouble) as Trouble,
    reported_at: new Date(reported_at).toISOString(),
    acknowledged:
      acknowledged_at === null
        ? null
        : { at: new Date(acknowledged_at).toISOString(), by: acknowledged_by ?? "", reason: reason ?? "" },
  };
}
