/** Registers every chain that began, and how far checkpoints and anchors cover each. */
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";
import type { Genesis } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";

const SCHEMA = [
  `CREATE TABLE chains (
     chain TEXT PRIMARY KEY,
     -- Hash of the first event, by the chain's own object's word.
     genesis TEXT NOT NULL,
     -- Where the chain ended by the last checkpoint that lists it, and the number of that one; 0 for none yet.
     seq INTEGER NOT NULL,
     hash TEXT NOT NULL,
     checkpoint INTEGER NOT NULL,
     anchored_seq INTEGER NOT NULL,
     anchored_hash TEXT NOT NULL,
     -- Registered, and not seen in the store yet: when it was looked for last, in milliseconds. NULL once seen.
     awaited_at INTEGER
   ) WITHOUT ROWID;
   CREATE INDEX chains_awaited ON chains (awaited_at) WHERE awaited_at IS NOT NULL;
   CREATE INDEX chains_checkpoint ON chains (checkpoint) WHERE anchored_seq < seq`,
  // Events on the way to where a chain was signed: retention holds against them what it lets go.
  `CREATE TABLE points (chain TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (chain, seq))
     WITHOUT ROWID`,
  // Up to which chain all were looked at in turn.
  `CREATE TABLE sweep (id INTEGER PRIMARY KEY CHECK (id = 1), chain TEXT NOT NULL);
   INSERT INTO sweep (id, chain) VALUES (1, '')`,
] as const;

/** A chain as the tenant's object knows it. */
export interface RegisteredChain extends Record<string, SqlStorageValue> {
  chain: string;
  genesis: string;
  seq: number;
  hash: string;
  anchored_seq: number;
  anchored_hash: string;
}

const COLUMNS = "chain, genesis, seq, hash, anchored_seq, anchored_hash";

/** Every chain that ever began, how far it is under a checkpoint, and how far it is under an anchor. */
export class ChainRegister {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    applySchema(storage, "chains", SCHEMA);
    this.#sql = storage.sql;
  }

  /** True if the chain is new. */
  add({ chain, hash }: Genesis): boolean {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO chains VALUES (?1, ?2, ?3, ?4, 0, ?3, ?4, 0) ON CONFLICT DO NOTHING`,
      chain,
      hash,
      GENESIS.seq,
      GENESIS.hash,
    );
    return rowsWritten > 0;
  }

  /** Those of `chains` that are registered. A chain that isn't is nobody's, and is never signed. */
  known(chains: readonly string[]): RegisteredChain[] {
    return this.#sql
      .exec<RegisteredChain>(
        `SELECT ${COLUMNS} FROM chains WHERE chain IN (SELECT value FROM json_each(?))`,
        JSON.stringify(chains),
      )
      .toArray();
  }

  /** Names of chains that the store wasn't seen to hold anything of, longest not looked for first. */
  awaited(limit: number): string[] {
    return this.#sql
      .exec<{ chain: string }>(
        "SELECT chain FROM chains WHERE awaited_at IS NOT NULL ORDER BY awaited_at, chain LIMIT ?",
        limit,
      )
      .toArray()
      .map(({ chain }) => chain);
  }

  /** The next `limit` chains in turn, by name; after the last ones it begins anew. */
  sweep(limit: number): string[] {
    const chains = this.#sql
      .exec<{ chain: string }>(
        "SELECT chain FROM chains WHERE chain > (SELECT chain FROM sweep) ORDER BY chain LIMIT ?",
        limit,
      )
      .toArray()
      .map(({ chain }) => chain);
    const last = chains.length < limit ? "" : (chains.at(-1) ?? "");
    this.#sql.exec("UPDATE sweep SET chain = ?", last);
    return chains;
  }

  lookedFor(chains: readonly string[], now: number): void {
    this.#sql.exec(
      "UPDATE chains SET awaited_at = ? WHERE chain IN (SELECT value FROM json_each(?)) AND awaited_at IS NOT NULL",
      now,
      JSON.stringify(chains),
    );
  }

  /** Takes note that a checkpoint lists a chain up to `head`, and of some events on the way there. */
  checkpointed(
    chain: string,
    { seq, hash }: ChainHead,
    checkpoint: number,
    points: readonly ChainHead[],
  ): void {
    for (const point of points)
      this.#sql.exec("INSERT OR REPLACE INTO points VALUES (?, ?, ?)", chain, point.seq, point.hash);
    this.#sql.exec(
      "UPDATE chains SET seq = ?, hash = ?, checkpoint = ?, awaited_at = NULL WHERE chain = ?",
      seq,
      hash,
      checkpoint,
      chain,
    );
  }

  /** Takes note that a chain is under an anchor up to `head`. */
  anchored(chain: string, { seq, hash }: ChainHead): void {
    this.#sql.exec(
      "UPDATE chains SET anchored_seq = ?, anchored_hash = ? WHERE chain = ? AND anchored_seq < ?",
      seq,
      hash,
      chain,
      seq,
    );
    this.#sql.exec("DELETE FROM points WHERE chain = ? AND seq <= ?", chain, seq);
  }

  /** The last event of a chain after `after` and up to `through` whose hash is known to have been signed, or `null`. */
  signedPoint(chain: string, after: number, through: number): ChainHead | null {
    return (
      this.#sql
        .exec<{ seq: number; hash: string }>(
          `SELECT seq, hash FROM (
             SELECT seq, hash FROM points WHERE chain = ?1 UNION ALL SELECT seq, hash FROM chains WHERE chain = ?1
           ) WHERE seq > ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT 1`,
          chain,
          after,
          through,
        )
        .toArray()[0] ?? null
    );
  }

  /**
   * Up to which checkpoint the lists say nothing any more that a later list or an anchor doesn't say.
   * @returns the number of a checkpoint; `null` if no chain holds one back
   */
  heldBack(): number | null {
    const { n } = this.#sql
      .exec<{ n: number | null }>("SELECT MIN(checkpoint) AS n FROM chains WHERE anchored_seq < seq")
      .one();
    return n === null ? null : n - 1;
  }
}
