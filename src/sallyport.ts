/** A deployment's declarations, made into the Worker and its Durable Object classes. */
import type { Env } from "./bindings.ts";
import { Catalogue, type Deployment } from "./catalogue/catalogue.ts";
import { BrokerObject } from "./downstream/broker-object.ts";
import { EffectObject } from "./effect/effect-object.ts";
import { PersonObject } from "./person/person-object.ts";
import { SessionObject } from "./session/session-object.ts";
import { TenantObject } from "./tenant/tenant-object.ts";
import { type Worker, workerOf } from "./worker.ts";

type Class<Instance> = new (ctx: DurableObjectState, env: Env) => Instance;

/** What a deployment's entry module exports. wrangler.toml binds the classes by these names. */
export interface Sallyport {
  readonly worker: Worker;
  readonly BrokerObject: Class<BrokerObject>;
  readonly EffectObject: Class<EffectObject>;
  readonly PersonObject: Class<PersonObject>;
  readonly SessionObject: Class<SessionObject>;
  readonly TenantObject: Class<TenantObject>;
}

/**
 * The Worker of a deployment. It takes declarations only: no tool gets round the path.
 * @throws TypeError if two declarations have the same name
 */
export function sallyport(deployment: Deployment): Sallyport {
  const catalogue = new Catalogue(deployment);
  return {
    worker: workerOf(catalogue),
    BrokerObject: class extends BrokerObject {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, env, (name) => catalogue.credential(name));
      }
    },
    EffectObject: class extends EffectObject {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, env, (name) => catalogue.changeTool(name));
      }
    },
    PersonObject,
    SessionObject: class extends SessionObject {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, env, catalogue);
      }
    },
    TenantObject,
  };
}
