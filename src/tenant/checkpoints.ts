/** Makes checkpoints of what the store holds, and keeps each one here until the store has it, too. */
import type { ChainHead } from "../../verifier/event/chain-head.ts";
import {
  CHECKPOINT_CHAIN,
  checkpointDigest,
  FIRST_CHECKPOINT,
  isAnother,
  type ListedHead,
  nextCheckpoint,
  type PresentedCheckpoint,
} from "../../verifier/proof/checkpoint.ts";
import { claimedStatement, type PublicKey, verifiedStatement } from "../../verifier/proof/signature.ts";
import type { Signer } from "../audit/sign/signer.ts";
import { advanceAnchor } from "../audit/store/contiguous.ts";
import {
  type ChainLinkRow,
  displaceCheckpoint,
  intakeAfter,
  linksAfter,
  storeCheckpoint,
  type UnstoredCheckpoint,
} from "../audit/store/integrity-store.ts";
import type { Ledger } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";
import { alert } from "../observe/log.ts";
import type { ChainRegister } from "./chain-register.ts";
import type { Troubles } from "./troubles.ts";

const SCHEMA = [
  `CREATE TABLE checkpoints (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     -- The last one: its number, its digest and when it was made, in milliseconds.
     n INTEGER NOT NULL,
     digest TEXT NOT NULL,
     at INTEGER NOT NULL,
     -- How far the store's intake has been looked through.
     position INTEGER NOT NULL,
     -- The keys whose signatures hold, as JWKs: verification of a local instance reads them here.
     keys TEXT NOT NULL
   );
   -- Signed, and not seen in the store yet.
   CREATE TABLE unstored_checkpoints (n INTEGER PRIMARY KEY, at TEXT NOT NULL, jws TEXT NOT NULL, heads TEXT NOT NULL)`,
] as const;

/** How much of the store's intake goes into one checkpoint: its list has to fit into a row of the database. */
const INTAKE_ROWS = 5_000;
const AWAITED_CHAINS = 1_000;
/**
 * Looked at in turn, whatever the intake says: the store numbers its intake itself, and who can write to it can give
 * an event a number that was passed long ago, or the highest there is.
 */
const SWEPT_CHAINS = 500;
/** How far one checkpoint may take one chain on, and how much is read for all of them: it has to fit into memory. */
const LINKS_OF_CHAIN = 5_000;
const LINKS_OF_ALL = 50_000;
/** Of every chain, so many events apart, the hash is kept here once it is signed. */
const POINT_EVERY = 100;
/** The most checkpoints of one run. The next run goes on. */
const MOST_CHECKPOINTS = 20;
/** A checkpoint is made this often even if nothing happened, so that its age says that signing works. */
const IDLE_MS = 3_600_000;

interface State extends Record<string, SqlStorageValue> {
  n: number;
  digest: string;
  at: number;
  position: number;
}

/** One look at what the store holds beyond what is signed. */
interface Look {
  readonly position: number;
  /** True if there may be more. */
  readonly more: boolean;
  readonly heads: readonly ListedHead[];
  /** Events on the way to those heads. */
  readonly points: ReadonlyMap<string, readonly ChainHead[]>;
  /** True if nothing but signing itself went on. */
  readonly idle: boolean;
}

/**
 * Makes checkpoints: looks at what the store holds, signs where each chain ends, and binds the statement into the
 * tenant's chain. What is signed is kept here until the store holds it.
 */
export class Checkpoints {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #db: D1Database;
  readonly #ledger: Ledger;
  readonly #register: ChainRegister;
  readonly #troubles: Troubles;

  constructor(
    storage: DurableObjectStorage,
    db: D1Database,
    ledger: Ledger,
    register: ChainRegister,
    troubles: Troubles,
  ) {
    applySchema(storage, "checkpoints", SCHEMA);
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#db = db;
    this.#ledger = ledger;
    this.#register = register;
    this.#troubles = troubles;
  }

  /** The last checkpoint's number and digest. */
  get head(): ChainHead {
    const { n, digest } = this.#state();
    return { seq: n, hash: digest };
  }

  /**
   * Signs what the store holds and no checkpoint covers yet. Not to be run twice at once.
   * @throws Error when the store fails; the next run goes on from there
   */
  async run(signer: Signer, accepted: readonly PublicKey[], now: number): Promise<void> {
    this.#write({ ...this.#state() }, accepted);
    await this.#deliver(accepted);
    for (let made = 0; made < MOST_CHECKPOINTS; made++) {
      const look = await this.#look(now);
      const { n, digest, at } = this.#state();
      // Also if the clock has gone back since the last one.
      if (look.idle && !look.more && n > 0 && Math.abs(now - at) < IDLE_MS) return;
      if (look.heads.length > 0 || !look.more) {
        const iso = new Date(now).toISOString();
        const { statement, list } = nextCheckpoint(
          n === 0 ? FIRST_CHECKPOINT : { seq: n, hash: digest },
          look.heads,
          iso,
        );
        const jws = await signer.sign("checkpoint", statement);
        this.#commit(jws, list, look, statement.n, now, accepted);
        await this.#deliver(accepted);
      } else {
        this.#write({ ...this.#state(), position: look.position }, accepted);
      }
      if (!look.more) return;
    }
  }

  #commit(
    jws: string,
    list: string,
    { heads, points, position }: Look,
    n: number,
    now: number,
    accepted: readonly PublicKey[],
  ): void {
    const digest = checkpointDigest(jws);
    this.#storage.transactionSync(() => {
      const at = new Date(now).toISOString();
      this.#sql.exec("INSERT INTO unstored_checkpoints VALUES (?, ?, ?, ?)", n, at, jws, list);
      this.#write({ n, digest, at: now, position }, accepted);
      for (const [chain, seq, hash] of heads)
        this.#register.checkpointed(chain, { seq, hash }, n, points.get(chain) ?? []);
      this.#ledger.append({
        type: "checkpoint",
        decision: "sign",
        outcome: "ok",
        detail: { n, digest, chains: heads.length },
      });
    });
  }

  /** Stores what is signed, in order. The same again changes nothing, so a run that was cut short repeats it. */
  async #deliver(accepted: readonly PublicKey[]): Promise<void> {
    const unstored = this.#sql
      .exec<{ n: number; at: string; jws: string; heads: string }>(
        "SELECT n, at, jws, heads FROM unstored_checkpoints ORDER BY n",
      )
      .toArray();
    for (const checkpoint of unstored) {
      const found = await storeCheckpoint(this.#db, checkpoint);
      if (found !== null) await this.#displace(checkpoint, found, accepted);
      this.#sql.exec("DELETE FROM unstored_checkpoints WHERE n = ?", checkpoint.n);
    }
  }

  /**
   * Somebody has taken a checkpoint's place in the store. Nobody but this object signs, so what stands there is worth
   * nothing, unless this object signed that too: in a life that it has forgotten, for its storage was set back.
   * @throws Error if it did: which history holds isn't for this object to say
   */
  async #displace(
    checkpoint: UnstoredCheckpoint,
    found: PresentedCheckpoint,
    accepted: readonly PublicKey[],
  ): Promise<void> {
    const { n, jws } = checkpoint;
    const signed = await verifiedStatement(found.jws, "checkpoint", accepted);
    if (isAnother(signed, claimedStatement(jws)))
      throw new Error(`the store has another checkpoint ${n} by an accepted key: storage was set back`);
    const found_digest = checkpointDigest(found.jws);
    const conflict = {
      chain: CHECKPOINT_CHAIN,
      seq: n,
      stored_hash: checkpointDigest(jws),
      offered_hash: found_digest,
      seen_by: "object",
    } as const;
    alert("audit_conflict", conflict);
    this.#storage.transactionSync(() => {
      this.#ledger.append({
        type: "checkpoint",
        decision: "displace",
        outcome: "ok",
        detail: { n, found: found_digest },
      });
      this.#troubles.report([{ kind: "conflict", ...conflict }]);
    });
    await displaceCheckpoint(this.#db, checkpoint, found);
  }

  async #look(now: number): Promise<Look> {
    const { position } = this.#state();
    const intake = await intakeAfter(this.#db, position, INTAKE_ROWS);
    const awaited = this.#register.awaited(AWAITED_CHAINS);
    const swept = this.#register.sweep(SWEPT_CHAINS);
    const known = this.#register.known([...new Set([...intake.chains, ...awaited, ...swept])]);
    const limit = Math.min(LINKS_OF_CHAIN, Math.ceil(LINKS_OF_ALL / Math.max(1, known.length)));
    const links = Map.groupBy(await linksAfter(this.#db, known, limit), ({ chain }) => chain);
    this.#register.lookedFor(awaited, now);
    const heads = known.flatMap((chain): ListedHead[] => {
      const { head, diverged_at } = advanceAnchor(chain, chain.genesis, links.get(chain.chain) ?? []);
      if (diverged_at !== null) alert("audit_diverged", { chain: chain.chain, seq: diverged_at });
      return head.seq > chain.seq ? [[chain.chain, head.seq, head.hash]] : [];
    });
    // A chain that went as far as it may goes on with the same intake.
    const cut = known.some(({ chain, seq }) =>
      heads.some(([listed, reached]) => listed === chain && reached === seq + limit),
    );
    return {
      position: cut ? position : intake.position,
      more: cut || intake.rows === INTAKE_ROWS,
      heads,
      points: new Map(heads.map(([chain, seq]) => [chain, pointsOf(links.get(chain) ?? [], seq)])),
      idle: this.#isOwnDoing(heads, links),
    };
  }

  /** Signing leaves an event, which would be signed, which would leave an event, … */
  #isOwnDoing(heads: readonly ListedHead[], rows: ReadonlyMap<string, readonly ChainLinkRow[]>): boolean {
    const own = this.#ledger.chain;
    return heads.every(
      ([chain]) => chain === own && rows.get(chain)?.every(({ type }) => type === "checkpoint"),
    );
  }

  #state(): State {
    const row = this.#sql.exec<State>("SELECT n, digest, at, position FROM checkpoints").toArray()[0];
    return row ?? { n: FIRST_CHECKPOINT.seq, digest: FIRST_CHECKPOINT.hash, at: 0, position: 0 };
  }

  #write({ n, digest, at, position }: State, accepted: readonly PublicKey[]): void {
    this.#sql.exec(
      `INSERT INTO checkpoints VALUES (1, ?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (id) DO UPDATE SET n = ?1, digest = ?2, at = ?3, position = ?4, keys = ?5`,
      n,
      digest,
      at,
      position,
      JSON.stringify(accepted),
    );
  }
}

function pointsOf(links: readonly ChainHead[], through: number): ChainHead[] {
  return links.filter(({ seq }) => seq % POINT_EVERY === 0 && seq <= through);
}
