/** What the platform hands to the Worker and its objects. A deployment's own variables come on top. */

import type { BrokerObject } from "./downstream/broker-object.ts";
import type { EffectObject } from "./effect/effect-object.ts";
import type { PersonObject } from "./person/person-object.ts";
import type { SessionObject } from "./session/session-object.ts";
import type { TenantObject } from "./tenant/tenant-object.ts";

/**
 * The bindings, variables and secrets that wrangler.toml and `wrangler secret put` name. Vendors' are read by their
 * connectors' schemas alone. An interface of our own, so that a deployment can have its own `Env`.
 */
export interface Env {
  readonly OAUTH_KV: KVNamespace;
  readonly DB: D1Database;
  readonly AUDIT_QUEUE: Queue;
  readonly NOTICE_QUEUE: Queue;
  readonly DOORS: RateLimit;
  readonly TENANT: string;
  readonly PUBLIC_URL: string;
  readonly OIDC_ISSUER: string;
  readonly OIDC_CLIENT_ID: string;
  readonly OIDC_SCOPES: string;
  readonly CIMD: string;
  readonly ALLOWED_ORIGINS: string;
  readonly ACCESS_TOKEN_TTL_S: string;
  readonly MCP_ERAS: string;
  readonly LIMIT_SESSION_PER_MINUTE: string;
  readonly LIMIT_PERSON_PER_MINUTE: string;
  readonly LIMIT_SESSION_IN_FLIGHT: string;
  readonly STANDING_MAX_AGE_S: string;
  readonly STANDING_GRACE_S: string;
  readonly STANDING_SIGN_IN_S: string;
  readonly STANDING_READ_GRACE_S: string;
  readonly VENDOR_BUDGETS: string;
  readonly GATE_POLICY: string;
  readonly WEBHOOK_URL: string;
  readonly WEBHOOK_SECRET: string;
  readonly WEBHOOK_SECRET_PREVIOUS: string;
  readonly CHECKPOINT_PUBLIC_KEYS: string;
  readonly AUDIT_RETENTION_DAYS: string;
  readonly SEALING_KEY_PREVIOUS: string;
  readonly ROLE_POLICY: string;
  readonly SEALING_KEY: string;
  readonly CHECKPOINT_PRIVATE_KEY: string;
  readonly OIDC_CLIENT_SECRET: string;
  readonly SESSION: DurableObjectNamespace<SessionObject>;
  readonly EFFECT: DurableObjectNamespace<EffectObject>;
  readonly PERSON: DurableObjectNamespace<PersonObject>;
  readonly BROKER: DurableObjectNamespace<BrokerObject>;
  readonly TENANT_OBJECT: DurableObjectNamespace<TenantObject>;
}
