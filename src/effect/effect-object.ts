import { AuditedObject } from "../audit/audited-object.ts";
import { changeTool } from "../catalogue.ts";
import type { PublicError } from "../path/failure.ts";
import { Dispatcher, type PreparedRequest } from "./dispatch.ts";
import { Effects } from "./effects.ts";
import { effectNameOf } from "./operation.ts";
import type { Durable, World } from "./ports.ts";
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
import { Readback } from "./readback.ts";
import { OperationStore } from "./store.ts";

/** One per target: storage, alarm and RPC around {@link Effects}, which decides everything. */
export class EffectObject extends AuditedObject {
  readonly #effects: Effects<PreparedRequest>;

  protected override readonly tasks = {
    operation: (id: string) => this.#effects.turn(id),
  };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const world: World = {
      tenant: env.TENANT,
      now: () => Date.now(),
      timer(ms, fire) {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
      },
      tool: changeTool,
      settleMs: (tool) => tool.effect.settle_ms(env),
    };
    this.#effects = new Effects(this.#durable(), new Dispatcher(env), new Readback(env), world, (running) =>
      ctx.waitUntil(running),
    );
  }

  claim(claim: Claim): Promise<ClaimAnswer> {
    return this.#effects.claim(claim);
  }

  claimInstead(claim: Claim, of: string): Promise<ClaimAnswer> {
    return this.#effects.claimInstead(claim, of);
  }

  execute(id: string, go: Go): Promise<ExecuteAnswer> {
    return this.#effects.execute(id, go);
  }

  hold(id: string, hold: Hold): Promise<OperationView> {
    return this.#effects.hold(id, hold);
  }

  abandon(id: string, error: PublicError | null): Promise<void> {
    return this.#effects.abandon(id, error);
  }

  decide(id: string, decide: Decide): Promise<DecideAnswer> {
    return this.#effects.decide(id, decide);
  }

  settle(id: string, settle: Settle): Promise<DecideAnswer> {
    return this.#effects.settle(id, settle);
  }

  read(id: string): Promise<OperationView | null> {
    return this.#effects.read(id);
  }

  stillInEffect(id: string): Promise<StillInEffect | null> {
    return this.#effects.stillInEffect(id);
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
    };
  }
}
