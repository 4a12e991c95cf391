/**
 * What there is to do for a tenant, as commands. Pure: what exists is passed in, so a run that broke off is finished
 * by planning again.
 */
import type { Found } from "./account.ts";
import type { TenantResources } from "./render.ts";
import type { TenantSettings } from "./settings.ts";

/** One wrangler command. */
export interface Step {
  readonly does: string;
  readonly args: readonly string[];
  /** Names of the secrets that go to its stdin, as one JSON object. */
  readonly secrets?: readonly string[];
}

/** Makes what the account lacks. Nothing that exists is touched. */
export function provisioningSteps(
  resources: TenantResources,
  found: Found,
  { jurisdiction }: Pick<TenantSettings, "jurisdiction">,
): Step[] {
  const where = jurisdiction === undefined ? [] : ["--jurisdiction", jurisdiction];
  // The configuration is rendered from what exists; wrangler isn't to write its own lines into it.
  const rendered = "--update-config=false";
  return [
    ...resources.d1
      .filter((name) => !found.d1.has(name))
      .map((name) => ({ does: `create database ${name}`, args: ["d1", "create", name, rendered, ...where] })),
    ...resources.kv
      .filter((title) => !found.kv.has(title))
      .map((title) => ({
        does: `create key-value namespace ${title}`,
        args: ["kv", "namespace", "create", title, rendered, ...where],
      })),
    ...resources.queues
      .filter((name) => !found.queues.has(name))
      .map((name) => ({ does: `create queue ${name}`, args: ["queues", "create", name, ...where] })),
  ];
}

/**
 * Brings code and schema of a provisioned tenant up to date. Safe to repeat. Secrets come first: a Worker that lacks
 * a required one isn't deployed, and wrangler makes the Worker to put them in. The schema comes before the code that
 * needs it; migrations only ever add, so that code from before goes on meanwhile.
 * @param config the rendered configuration
 * @param missing secrets that the Worker doesn't have yet
 */
export function deploymentSteps(
  { worker, d1 }: TenantResources,
  config: string,
  missing: readonly string[],
): Step[] {
  return [
    ...(missing.length === 0 ? [] : [secretStep(worker, missing)]),
    ...d1.map((name) => ({
      does: `apply migrations to ${name}`,
      args: ["d1", "migrations", "apply", name, "--remote", "--config", config],
    })),
    { does: `deploy ${worker}`, args: ["deploy", "--config", config] },
  ];
}

/** Sets secrets of a Worker, in one version. */
export function secretStep(worker: string, names: readonly string[]): Step {
  return {
    does: `set ${names.length} ${names.length === 1 ? "secret" : "secrets"} of ${worker}`,
    args: ["secret", "bulk", "--name", worker],
    secrets: names,
  };
}

/** Exports a database to a file of SQL, before it goes. */
export function exportStep(database: string, file: string): Step {
  return {
    does: `export database ${database}`,
    args: ["d1", "export", database, "--remote", "--skip-confirmation", "--output", file],
  };
}

/** Removes all that exists of a tenant: what writes first, what was written last. */
export function destructionSteps({ worker }: TenantResources, found: Found): Step[] {
  return [
    ...(found.secrets === null
      ? []
      : [{ does: `delete Worker ${worker}`, args: ["delete", worker, "--force"] }]),
    ...[...found.queues].map((name) => ({ does: `delete queue ${name}`, args: ["queues", "delete", name] })),
    ...[...found.kv].map(([title, id]) => ({
      does: `delete key-value namespace ${title}`,
      args: ["kv", "namespace", "delete", "--namespace-id", id, "--skip-confirmation"],
    })),
    ...[...found.d1.keys()].map((name) => ({
      does: `delete database ${name}`,
      args: ["d1", "delete", name, "--skip-confirmation"],
    })),
  ];
}
