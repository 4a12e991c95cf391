/** Writes a tenant's wrangler.toml. */
import { createHash } from "node:crypto";
import type { BaseConfig } from "./base-config.ts";
import { resourceName } from "./name.ts";
import { isOf, secretVariables, type TenantSettings } from "./settings.ts";

/** What an account gives a resource when it is made. */
export interface ResourceIds {
  /** By the name of the database. */
  readonly d1: ReadonlyMap<string, string>;
  /** By the title of the namespace. */
  readonly kv: ReadonlyMap<string, string>;
}

/** What a tenant has of its own besides its Worker: all of it is named after the tenant. */
export interface TenantResources {
  readonly worker: string;
  readonly d1: readonly string[];
  readonly kv: readonly string[];
  readonly queues: readonly string[];
}

/** From a tenant's folder, `tenants/NAME`, to the project. */
const TO_PROJECT = "../..";

/** Names every resource of a tenant. Pure. */
export function resourcesOf(base: BaseConfig, tenant: string): TenantResources {
  const own = (name: string): string => resourceName(base.name, tenant, name);
  const queues = [
    ...base.queues.producers.map(({ queue }) => queue),
    ...base.queues.consumers.flatMap(({ queue, dead_letter_queue: dead }) =>
      dead === undefined ? [queue] : [queue, dead],
    ),
  ];
  return {
    worker: own(base.name),
    d1: base.d1_databases.map(({ database_name }) => own(database_name)),
    kv: base.kv_namespaces.map(({ binding }) => own(kvName(base, binding))),
    queues: [...new Set(queues.map(own))],
  };
}

/** The secrets that a tenant's Worker has to have. */
export function secretsOf(
  base: BaseConfig,
  { secret_vars, without }: Pick<TenantSettings, "secret_vars" | "without">,
): string[] {
  return [...base.secrets.required, ...secret_vars].filter((name) => !isOf(without, name));
}

/**
 * A tenant's wrangler configuration, for `tenants/NAME/wrangler.json`. Pure: the same settings and ids make the same
 * configuration. It holds no secret, only the names of those that have to be set.
 *
 * A resource without an id keeps wrangler.toml's, which exists nowhere: enough to rehearse with, and refused by
 * Cloudflare.
 */
export function renderConfig(
  base: BaseConfig,
  settings: TenantSettings,
  ids: ResourceIds,
): Record<string, unknown> {
  const { name: tenant, public_url, workers_dev, account_id, placement, without } = settings;
  const own = (name: string): string => resourceName(base.name, tenant, name);
  const { host } = new URL(public_url);
  // A variable by the name of a secret would take its place with the next deployment.
  const secret = secretVariables(base);
  // A vendor without a base URL and without secrets is one that isn't used.
  const unused = Object.fromEntries(without.map((vendor) => [`${vendor.toUpperCase()}_BASE_URL`, ""]));
  const vars = Object.entries({ ...base.vars, ...settings.vars, ...unused });
  return {
    $schema: `${TO_PROJECT}/node_modules/wrangler/config-schema.json`,
    ...base,
    name: own(base.name),
    main: `${TO_PROJECT}/${base.main}`,
    alias: Object.fromEntries(
      Object.entries(base.alias ?? {}).map(([name, path]) => [name, `${TO_PROJECT}/${path}`]),
    ),
    ...(account_id === undefined ? {} : { account_id }),
    // An instance answers under one name only; a second one would be a second origin for the same tenant.
    workers_dev,
    preview_urls: false,
    ...(base.ratelimits === undefined
      ? {}
      : { ratelimits: base.ratelimits.map((limit) => ownLimit(limit, tenant)) }),
    ...(workers_dev ? {} : { routes: [{ pattern: host, custom_domain: true }] }),
    ...(placement === undefined ? {} : { placement: { mode: placement } }),
    vars: {
      ...Object.fromEntries(vars.filter(([name]) => !secret.includes(name))),
      TENANT: tenant,
      PUBLIC_URL: public_url,
    },
    secrets: { ...base.secrets, required: secretsOf(base, settings) },
    kv_namespaces: base.kv_namespaces.map((namespace) => ({
      ...namespace,
      id: ids.kv.get(own(kvName(base, namespace.binding))) ?? namespace.id,
    })),
    d1_databases: base.d1_databases.map((database) => ({
      ...database,
      database_name: own(database.database_name),
      database_id: ids.d1.get(own(database.database_name)) ?? database.database_id,
      migrations_dir: `${TO_PROJECT}/${database.migrations_dir}`,
    })),
    queues: {
      ...base.queues,
      producers: base.queues.producers.map((producer) => ({ ...producer, queue: own(producer.queue) })),
      consumers: base.queues.consumers.map(({ queue, dead_letter_queue: dead, ...consumer }) => ({
        ...consumer,
        queue: own(queue),
        ...(dead === undefined ? {} : { dead_letter_queue: own(dead) }),
      })),
    },
  };
}

/** wrangler.toml names no namespace: its binding does, `sallyport-oauth-kv`. */
function kvName({ name }: Pick<BaseConfig, "name">, binding: string): string {
  return `${name}-${binding.toLowerCase().replaceAll("_", "-")}`;
}

/** Counters are shared by whoever has the same number, across a whole account: each tenant needs its own. */
function ownLimit<Limit extends { readonly namespace_id: string }>(limit: Limit, tenant: string): Limit {
  const digest = createHash("sha256")
    .update(JSON.stringify([tenant, limit.namespace_id]))
    .digest();
  // A positive number, as the platform wants it.
  return { ...limit, namespace_id: String((digest.readUInt32BE(0) >>> 1) + 1) };
}
