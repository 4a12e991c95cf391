/** Which bindings a deployment's wrangler.toml lacks, with the lines to paste. */

import type { Env } from "../../bindings.ts";

const object = (name: string, class_name: string) =>
  `a binding { name = "${name}", class_name = "${class_name}" } in [durable_objects], and the class among the exports of src/index.ts and the new_sqlite_classes of [[migrations]]`;
const queue = (binding: string, name: string) =>
  `[[queues.producers]] with binding = "${binding}" and queue = "${name}", and a [[queues.consumers]] of that queue`;

/** The names are fixed: the code asks for them. */
const WIRING = {
  OAUTH_KV: '[[kv_namespaces]] with binding = "OAUTH_KV"',
  DB: '[[d1_databases]] with binding = "DB" and migrations_dir = "node_modules/sallyport/migrations"',
  AUDIT_QUEUE: queue("AUDIT_QUEUE", "sallyport-audit"),
  NOTICE_QUEUE: queue("NOTICE_QUEUE", "sallyport-notices"),
  DOORS: '[[ratelimits]] with name = "DOORS" and simple = { limit = 300, period = 60 }',
  SESSION: object("SESSION", "SessionObject"),
  EFFECT: object("EFFECT", "EffectObject"),
  PERSON: object("PERSON", "PersonObject"),
  BROKER: object("BROKER", "BrokerObject"),
  TENANT_OBJECT: object("TENANT_OBJECT", "TenantObject"),
} as const satisfies Partial<Record<keyof Env, string>>;

/** A sentence for each binding that isn't there. Empty when all are. */
export function wiringProblems(env: Readonly<Partial<Record<keyof typeof WIRING, unknown>>>): string[] {
  return Object.entries(WIRING)
    .filter(([name]) => env[name as keyof typeof WIRING] === undefined)
    .map(([name, lines]) => `${name} is not bound: wrangler.toml needs ${lines}`);
}
