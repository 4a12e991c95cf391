/** Removes old events from the store, once a signed anchor says where each chain now begins. */
import type { ChainHead } from "../../verifier/event/chain-head.ts";
import { isSignedAnchor } from "../../verifier/proof/anchor.ts";
import { CHECKPOINT_CHAIN } from "../../verifier/proof/checkpoint.ts";
import type { PublicKey } from "../../verifier/proof/signature.ts";
import { type Removable, removable } from "../audit/retain/removable.ts";
import { removableCheckpoints } from "../audit/retain/removable-checkpoints.ts";
import { chainsWithOldEvents, oldCheckpoints, remainsOf } from "../audit/retain/retention-store.ts";
import type { Signer } from "../audit/sign/signer.ts";
import {
  displaceAnchors,
  removeAnchored,
  type StoredAnchor,
  storeAnchors,
} from "../audit/store/integrity-store.ts";
import { presentedAnchor } from "../audit/store/store.ts";
import type { Ledger } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";
import { alert } from "../observe/log.ts";
import type { ChainRegister, RegisteredChain } from "./chain-register.ts";
import type { Troubles } from "./troubles.ts";

const SCHEMA = [
  `-- Signed and recorded in the tenant's chain; what lies at or below may still be in the store.
   CREATE TABLE open_anchors (
     chain TEXT PRIMARY KEY,
     seq INTEGER NOT NULL,
     hash TEXT NOT NULL,
     at TEXT NOT NULL,
     jws TEXT NOT NULL
   ) WITHOUT ROWID;
   -- Chains that are left alone for now, because nothing of them may go. In milliseconds.
   CREATE TABLE kept_chains (chain TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE checkpoint_anchor (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL);
   INSERT INTO checkpoint_anchor (id, n) VALUES (1, 0)`,
] as const;

/** The most chains of one run, and the most events of each. */
const CHAINS = 50;
const EVENTS_OF_CHAIN = 300;
/** How long a chain of which nothing may go is left alone, so that it isn't in the way of others. */
const KEEP_MS = 24 * 3_600_000;

/** An anchor that is recorded here. */
interface OpenAnchor extends Record<string, SqlStorageValue> {
  chain: string;
  seq: number;
  hash: string;
  at: string;
  jws: string;
}

/**
 * Lets old events go, in three steps that can each be cut short: the anchor is signed and recorded in the tenant's
 * chain; the store takes it; then, under the anchor, the events go. A run begins by ending what an earlier one began.
 */
export class Retention {
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
    applySchema(storage, "retention", SCHEMA);
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#db = db;
    this.#ledger = ledger;
    this.#register = register;
    this.#troubles = troubles;
  }

  /**
   * Removes some of what is older than `keep_ms` and under a checkpoint. Not to be run twice at once.
   * @param accepted the keys whose signatures hold
   * @throws Error when the store fails; the next run goes on from there
   */
  async run(signer: Signer, accepted: readonly PublicKey[], keep_ms: number, now: number): Promise<void> {
    await this.#finish(accepted);
    const cutoff = new Date(now - keep_ms).toISOString();
    const kept = this.#kept(now);
    // No event is of the chain of checkpoints. One that says so must not keep it from going.
    const chains = await chainsWithOldEvents(this.#db, cutoff, [...kept, CHECKPOINT_CHAIN], CHAINS);
    const registered = new Map(this.#register.known(chains).map((known) => [known.chain, known]));
    const heads: [string, ChainHead][] = [];
    for (const chain of chains) {
      const head = await this.#removable(chain, registered.get(chain), cutoff);
      if (head === null) this.#keep(chain, now + KEEP_MS);
      else heads.push([chain, head]);
    }
    if (!kept.includes(CHECKPOINT_CHAIN)) {
      const checkpoints = await this.#removableCheckpoints(accepted, cutoff);
      if (checkpoints?.ok === false) this.#keep(CHECKPOINT_CHAIN, now + KEEP_MS);
      const head = headOf(CHECKPOINT_CHAIN, checkpoints);
      if (head !== null) heads.push([CHECKPOINT_CHAIN, head]);
    }
    if (heads.length === 0) return;
    const at = new Date(now).toISOString();
    const anchors = await Promise.all(
      heads.map(async ([chain, { seq, hash }]) => {
        const jws = await signer.sign("anchor", { chain, seq, hash, at });
        return { chain, seq, hash, at, jws };
      }),
    );
    this.#record(anchors);
    await this.#finish(accepted);
  }

  /** `null` where nothing may go: it isn't under a checkpoint yet, nobody began that chain, or it doesn't hold. */
  async #removable(
    chain: string,
    known: RegisteredChain | undefined,
    cutoff: string,
  ): Promise<ChainHead | null> {
    if (known === undefined) return null;
    const base = { seq: known.anchored_seq, hash: known.anchored_hash };
    if (known.seq <= base.seq) return null;
    const signed = this.#register.signedPoint(chain, base.seq, base.seq + EVENTS_OF_CHAIN);
    const rows = await remainsOf(this.#db, chain, base, signed?.seq ?? base.seq);
    const holds = signed !== null && !this.#troubles.contests(chain);
    const head = headOf(
      chain,
      holds ? removable(chain, base, rows, signed, cutoff) : { ok: false, seq: base.seq + 1 },
    );
    // What nobody has looked at yet stays: verification reads it there.
    const waiting = chain === this.#ledger.chain ? this.#troubles.firstWaiting : null;
    return waiting !== null && head !== null && head.seq >= waiting ? null : head;
  }

  #kept(now: number): string[] {
    // None is kept for so long: the clock has gone back since.
    this.#sql.exec("DELETE FROM kept_chains WHERE until <= ?1 OR until > ?1 + ?2", now, KEEP_MS);
    return this.#sql
      .exec<{ chain: string }>("SELECT chain FROM kept_chains")
      .toArray()
      .map(({ chain }) => chain);
  }

  #keep(chain: string, until: number): void {
    this.#sql.exec("INSERT INTO kept_chains VALUES (?, ?)", chain, until);
  }

  /** The lists of old checkpoints go when later lists and anchors say all that they say. */
  async #removableCheckpoints(accepted: readonly PublicKey[], cutoff: string): Promise<Removable | null> {
    const { n: anchored } = this.#sql.exec<{ n: number }>("SELECT n FROM checkpoint_anchor").one();
    const held_back = this.#register.heldBack();
    if (held_back === null || held_back <= anchored) return null;
    const old = await oldCheckpoints(this.#db, anchored, held_back, cutoff);
    return removableCheckpoints(anchored, old, accepted, cutoff);
  }

  #record(anchors: readonly StoredAnchor[]): void {
    this.#storage.transactionSync(() => {
      for (const { chain, seq, hash, at, jws } of anchors) {
        this.#sql.exec("INSERT INTO open_anchors VALUES (?, ?, ?, ?, ?)", chain, seq, hash, at, jws);
        if (chain === CHECKPOINT_CHAIN) this.#sql.exec("UPDATE checkpoint_anchor SET n = ?", seq);
        else this.#register.anchored(chain, { seq, hash });
      }
      this.#ledger.append({
        type: "retention",
        decision: "anchor",
        outcome: "ok",
        detail: { anchors: anchors.map(({ chain, seq, hash }) => ({ chain, seq, hash })) },
      });
    });
  }

  async #finish(accepted: readonly PublicKey[]): Promise<void> {
    const open = this.#sql
      .exec<OpenAnchor>("SELECT chain, seq, hash, at, jws FROM open_anchors ORDER BY chain")
      .toArray();
    if (open.length === 0) return;
    await storeAnchors(this.#db, open);
    const removed = await removeAnchored(this.#db, open);
    const hindered = open.filter(({ chain }) => !removed.has(chain));
    for (const anchor of hindered) await this.#displace(anchor, accepted);
    this.#sql.exec(
      "DELETE FROM open_anchors WHERE chain IN (SELECT value FROM json_each(?))",
      JSON.stringify(open.map(({ chain }) => chain)),
    );
  }

  /**
   * The store has a higher anchor than the last one that was signed here. Nobody else signs, so it is nobody's, and
   * would be in the way for good; unless this object signed it in a life that it has forgotten.
   */
  async #displace(anchor: OpenAnchor, accepted: readonly PublicKey[]): Promise<void> {
    const { chain, seq } = anchor;
    const found = await presentedAnchor(this.#db, chain);
    if (found !== null && (await isSignedAnchor(found, accepted))) {
      alert("audit_kept", { chain, seq });
      return;
    }
    const detail = {
      chain,
      found: found === null ? null : { seq: Number(found.seq), hash: String(found.hash) },
    };
    alert("audit_conflict", { ...detail, seq, seen_by: "object" });
    this.#ledger.append({ type: "retention", decision: "displace", outcome: "ok", detail });
    await displaceAnchors(this.#db, [anchor]);
    await removeAnchored(this.#db, [anchor]);
  }
}

/** Where what may go ends; what was tampered with is told of. */
function headOf(chain: string, result: Removable | null): ChainHead | null {
  if (result?.ok === false) alert("audit_kept", { chain, seq: result.seq });
  return result?.ok ? result.head : null;
}
