/** Gives a Durable Object its audit chain, its outbox, and one alarm for all that it does later. */
import { DurableObject } from "cloudflare:workers";
import type { Trouble } from "../../../verifier/event/trouble.ts";
import type { Env } from "../../bindings.ts";
import { alert, reasonOf } from "../../observe/log.ts";
import { reportTroubles } from "../event/trouble-facts.ts";
import { Due, type DueTask } from "./due.ts";
import { type Genesis, Ledger } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { applySchema } from "./schema.ts";
import { DUE_SCHEMA, LEDGER_SCHEMA, LEDGER_TABLES } from "./tables.ts";

/** How late an alarm may be before a starting object sets it again, in milliseconds. */
const ALARM_GRACE_MS = 60_000;

/**
 * A Durable Object with an audit chain and things to do later.
 *
 * A plain object, and the alarm is its own: a base class that schedules for itself would own the one alarm
 * there is.
 */
export abstract class AuditedObject extends DurableObject<Env> {
  protected readonly sql: SqlStorage;
  protected readonly ledger: Ledger;
  protected readonly due: Due;
  readonly #outbox: Outbox;

  /**
   * What the subclass does later, by the name it gives to `due.set`. A handler may run more than once and
   * beside other handlers and calls; it should end within half a minute, for the next alarm waits for it.
   */
  protected abstract readonly tasks: Readonly<Record<string, (key: string) => Promise<void>>>;

  /** @param tables `later`: the object calls {@link prepare} before the first write */
  constructor(ctx: DurableObjectState, env: Env, tables: "now" | "later" = "now") {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.due = new Due(ctx.storage);
    this.ledger = new Ledger(ctx.storage, this.due, env.TENANT);
    this.#outbox = new Outbox(ctx.storage, this.due, env, (troubles) => this.reportTroubles(troubles));
    if (tables === "now") this.prepare();
  }

  /** Makes the tables, where they aren't there yet, and sees to an alarm that is overdue. Synchronous. */
  protected prepare(): void {
    applySchema(this.ctx.storage, "due", DUE_SCHEMA);
    applySchema(this.ctx.storage, "audit", LEDGER_SCHEMA, LEDGER_TABLES);
    this.due.revive(Date.now(), ALARM_GRACE_MS);
  }

  /** Has the tenant's object take note that this chain has begun. At least once. */
  async register(genesis: Genesis): Promise<void> {
    await this.env.TENANT_OBJECT.getByName(this.env.TENANT).register(genesis);
  }

  /** Has the tenant's object take note of what the store refused. At least once. */
  async reportTroubles(troubles: readonly Trouble[]): Promise<void> {
    await reportTroubles(this.env, troubles);
  }

  /** Sets the next alarm before anything else, then runs what is due. Never throws: the platform stops after six. */
  override async alarm(): Promise<void> {
    try {
      const tasks = this.due.take(Date.now());
      await Promise.all(tasks.map((task) => this.#run(task)));
    } catch (thrown) {
      alert("alarm_failed", { object: this.ctx.id.toString(), reason: reasonOf(thrown) });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_GRACE_MS);
    }
  }

  async #run({ task, key, attempts }: DueTask): Promise<void> {
    try {
      await this.#handler(task)(key);
      this.due.finished(task, key);
    } catch (thrown) {
      alert("task_failed", {
        object: this.ctx.id.toString(),
        task,
        key,
        attempts,
        reason: reasonOf(thrown),
      });
      this.due.failed(task, key, Date.now());
    }
  }

  #handler(task: string): (key: string) => Promise<void> {
    if (task === "flush") return () => this.#outbox.flush();
    if (task === "confirm") return () => this.#outbox.confirm();
    if (task === "register") return (hash) => this.#registerChain(hash);
    const handler = this.tasks[task];
    if (handler === undefined) throw new Error(`no handler for the due task ${task}`);
    return handler;
  }

  /** A chain from before chains were registered no longer knows how it began: then by the store's word. */
  async #registerChain(hash: string): Promise<void> {
    const { chain } = this.ledger;
    await this.register({ chain, hash: hash === "" ? await firstHashOf(this.env.DB, chain) : hash });
  }
}

/** @throws Error while the store hasn't got the event */
async function firstHashOf(db: D1Database, chain: string): Promise<string> {
  const hash = await db
    .prepare("SELECT hash FROM audit_events WHERE chain = ? AND seq = 1")
    .bind(chain)
    .first<string>("hash");
  if (hash === null) throw new Error(`the store doesn't hold how ${chain} began`);
  return hash;
}
