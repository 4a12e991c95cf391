/** Brings a tenant up, or rehearses it. */
import { type Found, lookUp, NOTHING } from "./account.ts";
import type { BaseConfig } from "./base-config.ts";
import type { TenantFolder } from "./folder.ts";
import { deploymentSteps, provisioningSteps, type Step } from "./plan.ts";
import { renderConfig, resourcesOf, secretsOf } from "./render.ts";
import { isGenerated, type SecretSource } from "./secrets.ts";
import type { TenantSettings } from "./settings.ts";
import type { Wrangler } from "./wrangler.ts";

/** A line for whoever watches. Never a secret. */
export type Say = (line: string) => void;

/** What it takes to bring a tenant up. */
export interface Creation {
  readonly base: BaseConfig;
  readonly settings: TenantSettings;
  readonly folder: TenantFolder;
  readonly wrangler: Wrangler;
  readonly secrets: SecretSource;
  readonly say: Say;
}

/**
 * Brings a tenant up: makes what is missing, sets the secrets that are missing, applies migrations, deploys. A run
 * that broke off anywhere is finished by running it again; a run on a tenant that is up deploys it anew.
 * @throws WranglerFailure when a command fails, Error when a secret has no value
 */
export async function createTenant({
  base,
  settings,
  folder,
  wrangler,
  secrets,
  say,
}: Creation): Promise<void> {
  const resources = resourcesOf(base, settings.name);
  // The first thing that is asked of the account tells whether anybody is signed in.
  const before = await lookUp(wrangler, resources);
  for (const step of provisioningSteps(resources, before, settings)) await take(wrangler, step, say);

  // Ids come from the account's own list, never from what a command said while it made something.
  const found = await lookUp(wrangler, resources);
  requireAll(found, resources);
  await folder.saveConfig(renderConfig(base, settings, found));
  say(`write ${folder.config}`);

  const missing = secretsOf(base, settings).filter((name) => !found.secrets?.has(name));
  const values = missing.length === 0 ? {} : await secrets(missing, []);
  for (const step of deploymentSteps(resources, folder.config, missing))
    await take(wrangler, step, say, values);
}

/** Everything that {@link createTenant} would do in an account that has nothing of the tenant. */
export interface Rehearsal {
  readonly config: Record<string, unknown>;
  readonly steps: readonly Step[];
  /** Names only. */
  readonly generated: readonly string[];
  readonly asked: readonly string[];
}

/** Says what creating a tenant would do, without asking the account or anybody for anything. Pure. */
export function rehearse(base: BaseConfig, settings: TenantSettings, config: string): Rehearsal {
  const resources = resourcesOf(base, settings.name);
  const secrets = secretsOf(base, settings);
  return {
    config: renderConfig(base, settings, NOTHING),
    steps: [
      ...provisioningSteps(resources, NOTHING, settings),
      ...deploymentSteps(resources, config, secrets),
    ],
    generated: secrets.filter(isGenerated),
    asked: secrets.filter((name) => !isGenerated(name)),
  };
}

/** Runs one step. `values` are those of the secrets it may name. */
export async function take(
  wrangler: Wrangler,
  { does, args, secrets }: Step,
  say: Say,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  say(does);
  if (secrets === undefined) {
    await wrangler.run(args);
    return;
  }
  const lacking = secrets.filter((name) => !values[name]);
  if (lacking.length > 0) throw new Error(`no value was given for ${lacking.join(", ")}`);
  await wrangler.run(args, JSON.stringify(Object.fromEntries(secrets.map((name) => [name, values[name]]))));
}

/** A configuration with an id that exists nowhere must not be deployed. */
function requireAll(found: Found, { d1, kv, queues }: ReturnType<typeof resourcesOf>): void {
  const missing = [
    ...d1.filter((name) => !found.d1.has(name)),
    ...kv.filter((title) => !found.kv.has(title)),
    ...queues.filter((name) => !found.queues.has(name)),
  ];
  if (missing.length > 0)
    throw new Error(`${missing.join(", ")} can't be found, though made: run this again`);
}
