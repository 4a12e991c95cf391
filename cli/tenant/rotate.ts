/** Changes a tenant's secrets, with the one before still accepted where it must be. */
import { type Found, lookUp } from "./account.ts";
import type { BaseConfig } from "./base-config.ts";
import type { Say } from "./create.ts";
import { secretStep } from "./plan.ts";
import { resourcesOf, secretsOf } from "./render.ts";
import type { SecretSource } from "./secrets.ts";
import { isOf, secretVariables, type TenantSettings } from "./settings.ts";
import type { Wrangler } from "./wrangler.ts";

/** What it takes to change secrets. */
export interface Rotation {
  readonly base: BaseConfig;
  readonly settings: TenantSettings;
  readonly wrangler: Wrangler;
  readonly secrets: SecretSource;
  /** Names of those to change. */
  readonly names: readonly string[];
  readonly say: Say;
}

/** What the Worker also accepts while a secret of ours changes: `SEALING_KEY_PREVIOUS` beside `SEALING_KEY`. */
export function previousOf(base: BaseConfig, names: readonly string[]): string[] {
  const known = secretVariables(base);
  return names.map((name) => `${name}_PREVIOUS`).filter((name) => known.includes(name));
}

/** Why these secrets of a tenant can't be rotated, as a sentence, or `null` if they can. */
export function rotationProblem(
  base: BaseConfig,
  settings: TenantSettings,
  names: readonly string[],
): string | null {
  const optional = secretVariables(base).filter((name) => !isOf(settings.without, name));
  const known = [...new Set([...secretsOf(base, settings), ...optional])];
  const unknown = names.filter((name) => !known.includes(name));
  if (names.includes("CHECKPOINT_PRIVATE_KEY") && !settings.vars.CHECKPOINT_PUBLIC_KEYS) {
    return `Checkpoints signed until now must go on being accepted: first keep their public key, which ${settings.public_url}/audit/checkpoint shows, with create ${settings.name} --set CHECKPOINT_PUBLIC_KEYS=KEY.`;
  }
  if (names.length === 0) return `Name the secrets to rotate: ${known.join(", ")}.`;
  return unknown.length === 0 ? null : `${settings.name} has no secret ${unknown.join(", ")}.`;
}

/**
 * Gives secrets new values, all in one version of the Worker, so that an id never meets another id's key. Whoever
 * issued a credential accepts the old one until it is revoked there: that comes after this, and after `doctor`.
 *
 * Cloudflare shows nobody a secret that was set. So the value until now, which goes on being accepted, has to come
 * from where it was kept; where nobody kept it, what it sealed doesn't open any more.
 * @throws Error when a name isn't known or has no Worker to be set on, WranglerFailure when Cloudflare refuses
 */
export async function rotateSecrets(rotation: Rotation): Promise<void> {
  const { base, settings, wrangler, secrets, names, say } = rotation;
  const problem = rotationProblem(base, settings, names);
  if (problem !== null) throw new Error(problem);
  const { worker, ...resources } = resourcesOf(base, settings.name);
  const found = await lookUp(wrangler, { worker, ...resources });
  if (found.secrets === null) {
    throw new Error(`there is no Worker ${worker} yet: npm run tenant -- create ${settings.name}`);
  }
  const previous = previousOf(base, names);
  const values = changes(names, previous, await secrets(names, previous), found);
  const { does, args } = secretStep(worker, Object.keys(values));
  say(does);
  for (const name of previous.filter((name) => !values[name])) say(`nothing is kept as ${name}`);
  await wrangler.run(args, JSON.stringify(values));
}

/** An older key must not stay accepted because its successor's successor was put in: `null` removes it. */
function changes(
  names: readonly string[],
  previous: readonly string[],
  given: Readonly<Record<string, string>>,
  { secrets }: Found,
): Record<string, string | null> {
  const lacking = names.filter((name) => !given[name]);
  if (lacking.length > 0) throw new Error(`no value was given for ${lacking.join(", ")}`);
  return Object.fromEntries([
    ...names.map((name) => [name, given[name] ?? null]),
    ...previous
      .filter((name) => given[name] || secrets?.has(name))
      .map((name) => [name, given[name] || null]),
  ]);
}
