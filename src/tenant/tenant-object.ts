/** Keeps a tenant's switches, chains and troubles, and runs its checkpoints and retention. */
import { GENESIS } from "../../verifier/event/chain-head.ts";
import type { Trouble } from "../../verifier/event/trouble.ts";
import { acceptedKeys, retentionMs } from "../audit/sign/integrity-settings.ts";
import { signerWith } from "../audit/sign/signer.ts";
import { AuditedObject } from "../audit/write/audited-object.ts";
import type { Genesis } from "../audit/write/ledger.ts";
import { applySchema } from "../audit/write/schema.ts";
import type { Env } from "../bindings.ts";
import { ChainRegister } from "./chain-register.ts";
import { Checkpoints } from "./checkpoints.ts";
import { ExportHold } from "./export-hold.ts";
import type { Acknowledgement, SwitchChange, Switches, TroubleList } from "./protocol.ts";
import { Retention } from "./retention.ts";
import { Troubles } from "./troubles.ts";

const SCHEMA = [
  `CREATE TABLE switches (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
   CREATE TABLE switches_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL);
   INSERT INTO switches_version (id, version) VALUES (1, 0);
   CREATE TABLE listeners (session_id TEXT PRIMARY KEY, known_version INTEGER NOT NULL, seen_at INTEGER NOT NULL)
     WITHOUT ROWID`,
] as const;

/** A session object that hasn't asked for this long was evicted long ago, and asks again when it wakes. */
const LISTENER_LIFE_MS = 24 * 60 * 60_000;
/** How soon listeners that couldn't be told are told again. */
const TELL_AGAIN_MS = 1_000;

/**
 * One per tenant: what an administrator has switched off, which chains there are, and what is signed of them.
 *
 * A read must not pay a hop to ask. So each session object asks once when it wakes, and from then on is told:
 * a change reaches every session that is awake before it is acknowledged.
 */
export class TenantObject extends AuditedObject {
  protected override readonly tasks = {
    tell: () => this.#tell(),
  };
  readonly #chains: ChainRegister;
  readonly #checkpoints: Checkpoints;
  readonly #retention: Retention;
  readonly #troubles: Troubles;
  readonly #hold: ExportHold;
  #attesting: Promise<void> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchema(ctx.storage, "tenant", SCHEMA);
    this.#chains = new ChainRegister(ctx.storage);
    this.#troubles = new Troubles(ctx.storage, this.ledger);
    this.#checkpoints = new Checkpoints(ctx.storage, env.DB, this.ledger, this.#chains, this.#troubles);
    this.#retention = new Retention(ctx.storage, env.DB, this.ledger, this.#chains, this.#troubles);
    this.#hold = new ExportHold(ctx.storage);
  }

  /** Takes note of a chain that has begun, once, so that it is missed if it should vanish. */
  override async register(genesis: Genesis): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#begin();
      this.#register(genesis);
    });
  }

  #register({ chain, hash }: Genesis): void {
    if (!this.#chains.add({ chain, hash })) return;
    this.ledger.append({ type: "chain", decision: "begin", outcome: "ok", detail: { chain, hash } });
  }

  /** The tenant's own chain is registered in itself: nobody else could. */
  #begin(): void {
    this.ledger.identify("tenant", this.env.TENANT);
    if (this.ledger.head.seq > GENESIS.seq) return;
    const { chain } = this.ledger;
    this.ledger.append({ type: "tenant", decision: "begin", outcome: "ok", detail: { chain } });
    this.#register({ chain, hash: this.ledger.head.hash });
  }

  /**
   * Signs a checkpoint over what the store holds, and lets go of what is older than it has to be kept. A call while
   * one runs gets that one's end.
   * @param now milliseconds since the epoch
   * @throws Error when the store fails; the next call goes on from there
   */
  async attest(now: number): Promise<void> {
    this.#attesting ??= this.#attest(now).finally(() => {
      this.#attesting = null;
    });
    return this.#attesting;
  }

  async #attest(now: number): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#begin());
    const signer = await signerWith(this.env.CHECKPOINT_PRIVATE_KEY);
    const accepted = await acceptedKeys(this.env);
    await this.#checkpoints.run(signer, accepted, now);
    if (this.#hold.release(now)) await this.#retention.run(signer, accepted, retentionMs(this.env), now);
  }

  /**
   * Has retention wait for an export, for ten minutes from `now` (milliseconds since the epoch) and for a day at most.
   * @returns a number that is another once retention has run: what was read before and after isn't one whole
   */
  async holdRetention(now: number): Promise<number> {
    const runs = this.#hold.take(now);
    // One that is under way doesn't look again.
    await this.#attesting?.catch(() => undefined);
    return runs;
  }

  /** Takes note of what the store refused, once each. */
  override async reportTroubles(troubles: readonly Trouble[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#begin();
      this.#troubles.report(troubles);
    });
  }

  /** Takes note that somebody has looked at a trouble. */
  async acknowledgeTrouble(
    acknowledgement: Acknowledgement,
  ): Promise<"acknowledged" | "unknown" | "already"> {
    return this.#troubles.acknowledge(acknowledgement);
  }

  /** What the store refused. */
  async listTroubles(): Promise<TroubleList> {
    return this.#troubles.list();
  }

  /** What is switched off. */
  async switches(): Promise<Switches> {
    return this.#switches();
  }

  /** The same, and from now on the session object is told of every change. */
  async listen(session_id: string): Promise<Switches> {
    return this.ctx.storage.transactionSync(() => {
      const switches = this.#switches();
      const now = Date.now();
      this.sql.exec(
        `INSERT INTO listeners (session_id, known_version, seen_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (session_id) DO UPDATE SET known_version = ?2, seen_at = ?3`,
        session_id,
        switches.version,
        now,
      );
      this.sql.exec("DELETE FROM listeners WHERE seen_at < ?", now - LISTENER_LIFE_MS);
      return switches;
    });
  }

  /**
   * Switches one tool or credential off or on, for everybody. Every session that is awake knows before this answers.
   * @throws Error when a session object can't be told; the alarm goes on trying
   */
  async switch(change: SwitchChange): Promise<Switches> {
    const switches = this.ctx.storage.transactionSync(() => {
      this.#begin();
      const { kind, name, disabled, by, reason } = change;
      const sql = disabled
        ? "INSERT INTO switches (kind, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
        : "DELETE FROM switches WHERE kind = ? AND name = ?";
      this.sql.exec(sql, kind, name);
      this.sql.exec("UPDATE switches_version SET version = version + 1");
      this.ledger.append({
        type: "console",
        decision: disabled ? "disable" : "enable",
        outcome: "ok",
        subject: by,
        tool: kind === "tool" ? name : null,
        detail: { kind, name, reason },
      });
      this.due.set("tell", "", Date.now() + TELL_AGAIN_MS);
      return this.#switches();
    });
    await this.#tell();
    return switches;
  }

  /** Tells every listener that doesn't know the latest switches. What it couldn't, the alarm tries again. */
  async #tell(): Promise<void> {
    const switches = this.#switches();
    const behind = this.sql
      .exec<{ session_id: string }>(
        "SELECT session_id FROM listeners WHERE known_version < ?",
        switches.version,
      )
      .toArray();
    const told = await Promise.allSettled(
      behind.map(async ({ session_id }) => {
        await this.env.SESSION.getByName(session_id).switched(switches);
        this.sql.exec(
          "UPDATE listeners SET known_version = ?1 WHERE session_id = ?2 AND known_version < ?1",
          switches.version,
          session_id,
        );
      }),
    );
    const failed = told.filter(({ status }) => status === "rejected").length;
    if (failed > 0) throw new Error(`${failed} sessions could not be told of the switches`);
    // A newer change may have been made meanwhile, and may have somebody left to tell.
    if (this.#switches().version === switches.version) this.due.clear("tell", "");
  }

  #switches(): Switches {
    const { version } = this.sql.exec<{ version: number }>("SELECT version FROM switches_version").one();
    const rows = this.sql
      .exec<{ kind: string; name: string }>("SELECT kind, name FROM switches ORDER BY name")
      .toArray();
    const named = (wanted: string) => rows.filter(({ kind }) => kind === wanted).map(({ name }) => name);
    return { version, disabled_tools: named("tool"), disabled_credentials: named("credential") };
  }
}
