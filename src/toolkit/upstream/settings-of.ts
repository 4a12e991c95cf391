/** Variables of a vendor and of a credential, as their declarations read them. */

import type * as z from "zod";
import type { Env } from "../../bindings.ts";
import type { Credential, Minting } from "./credential.ts";
import { misconfigured } from "./failures.ts";
import type { Vendor } from "./vendor.ts";

const known = new WeakMap<Env, Map<Vendor, unknown>>();

/**
 * A vendor's settings, parsed once for each isolate.
 * @throws Failure `misconfigured`, with the variables that aren't valid
 */
export function settingsOf<Settings extends z.ZodObject>(
  env: Env,
  vendor: Vendor<Settings>,
): z.output<Settings> {
  const found = known.get(env) ?? new Map<Vendor, unknown>();
  known.set(env, found);
  const settings = found.get(vendor) ?? parsed(env, vendor);
  found.set(vendor, settings);
  return settings as z.output<Settings>;
}

/**
 * What a credential's token is made of.
 * @param now milliseconds since the epoch
 * @throws Failure `misconfigured`, with the variables that aren't valid
 */
export function mintingOf<Settings>(
  env: Env,
  { vendor, secrets }: Credential<Settings>,
  now: number,
  signal: AbortSignal,
): Minting<Settings> {
  const settings = settingsOf(env, vendor) as Settings;
  return { settings, secrets: parsed(env, vendor, secrets) as Record<string, string>, now, signal };
}

function parsed(env: Env, vendor: Vendor, schema: z.ZodObject = vendor.settings): unknown {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const settings = [...new Set(result.error.issues.map(({ path }) => path.join(".")))];
  throw misconfigured(vendor, { settings });
}
