/** Gives the effects of targets their storage, alarm and RPC. It decides nothing itself. */
import { AuditedObject } from "../audit/write/audited-object.ts";
import type { Env } from "../bindings.ts";
import type { ChangeTool } from "../toolkit/change.ts";
import type { PublicError } from "../toolkit/failure.ts";
import { effectNameOf } from "../toolkit/operation-id.ts";
import { settingsOf } from "../toolkit/upstream/settings-of.ts";
import { Dispatcher, type PreparedRequest } from "./dispatch.ts";
import { Effects } from "./effects.ts";
import { landingOf } from "./machine/probing.ts";
import type { Durable, World } from "./ports.ts";
import { Readback } from "./proof/readback.ts";
import type {
  Claim,
  ClaimAnswer,
  Decide,
  DecideAnswer,
  ExecuteAnswer,
  Go,
  Hold,
  OperationView,
  Settle,
  StillInEffect,
} from "./protocol.ts";
import { giveUpOld } from "./retention.ts";
import { OperationStore } from "./store.ts";

/** What an object answers that knows of no operation. */
const NOT_HERE = { ok: false, refusal: "not_here" } as const;

/**
 * One per target: storage, alarm and RPC around {@link Effects}, which decides everything.
 *
 * Anybody can make up an operation id, and asking for it wakes the object that it names. So nothing is written, not
 * even tables, before the first claim.
 */
export class EffectObject extends AuditedObject {
  readonly #changeTool: (name: string) => ChangeTool;
  #effects: Effects<PreparedRequest> | null = null;

  protected override readonly tasks = {
    operation: (id: string) => this.#open().turn(id),
    retention: async () => giveUpOld(this.#durable(), Date.now()),
  };

  /** @param changeTool the state-changing tool that an operation was made by */
  constructor(ctx: DurableObjectState, env: Env, changeTool: (name: string) => ChangeTool) {
    super(ctx, env, "later");
    this.#changeTool = changeTool;
    if (OperationStore.exists(ctx.storage)) this.#open();
  }

  claim(claim: Claim): Promise<ClaimAnswer> {
    return this.#open().claim(claim);
  }

  claimInstead(claim: Claim, of: string): Promise<ClaimAnswer> {
    return this.#open().claimInstead(claim, of);
  }

  execute(id: string, go: Go): Promise<ExecuteAnswer> {
    return this.#open().execute(id, go);
  }

  hold(id: string, hold: Hold): Promise<OperationView> {
    return this.#open().hold(id, hold);
  }

  abandon(id: string, error: PublicError | null): Promise<void> {
    return this.#open().abandon(id, error);
  }

  async decide(id: string, decide: Decide): Promise<DecideAnswer> {
    return this.#effects?.decide(id, decide) ?? NOT_HERE;
  }

  async settle(id: string, settle: Settle): Promise<DecideAnswer> {
    return this.#effects?.settle(id, settle) ?? NOT_HERE;
  }

  async read(id: string): Promise<OperationView | null> {
    return this.#effects?.read(id) ?? null;
  }

  async stillInEffect(id: string): Promise<StillInEffect | null> {
    return this.#effects?.stillInEffect(id) ?? null;
  }

  #open(): Effects<PreparedRequest> {
    if (this.#effects !== null) return this.#effects;
    this.prepare();
    const { ctx, env } = this;
    const world: World = {
      tenant: env.TENANT,
      now: () => Date.now(),
      timer(ms, fire) {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
      },
      tool: this.#changeTool,
      landing: ({ repeat, landing_ms, credential }) =>
        landingOf(repeat, landing_ms(settingsOf(env, credential.vendor))),
    };
    this.#effects = new Effects(this.#durable(), new Dispatcher(env), new Readback(env), world, (running) =>
      ctx.waitUntil(running),
    );
    return this.#effects;
  }

  #durable(): Durable {
    return {
      rows: new OperationStore(this.ctx.storage),
      transaction: (work) => this.ctx.storage.transactionSync(work),
      append: (fact) => {
        this.ledger.identify("effect", effectNameOf(fact.operation_id ?? "") ?? "");
        this.ledger.append(fact);
      },
      turn: (id, at) => {
        if (at === null) this.due.clear("operation", id);
        else this.due.set("operation", id, at);
      },
      giveUpAt: (at) => {
        this.due.soon("retention", "", at);
      },
    };
  }
}
