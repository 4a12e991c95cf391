/** How much of a vendor's rate limit this instance uses, and which credential gets how much of it. */

import * as z from "zod";
import type { Env } from "../bindings.ts";
import { type Rate, rate } from "../limits/token-bucket.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { settingsOf } from "../toolkit/upstream/settings-of.ts";

/** What a vendor is asked for: a state change gets what is kept for those first, and then what everything gets. */
export type Purpose = "anything" | "change";

const Overrides = z.record(z.string(), z.int().min(1).max(1_000_000_000));

/**
 * What is wrong with VENDOR_BUDGETS. Empty if nothing is; otherwise what the vendors' own pages say holds.
 * @param vendors the names of those that there are
 */
export function budgetProblems(env: Env, vendors: readonly string[]): string[] {
  const overrides = overridesIn(env.VENDOR_BUDGETS);
  return overrides === null || !Object.keys(overrides).every((vendor) => vendors.includes(vendor))
    ? [
        `VENDOR_BUDGETS must be empty, or a JSON object of requests a minute by vendor (${vendors.join(", ")}): see docs/reference/limits.md`,
      ]
    : [];
}

/** How often a vendor may be asked with one credential, whatever for. */
export function budgetOf(env: Env, credential: Credential): Rate {
  return rateOf(env, credential, credential.vendor.budget.shares[credential.name] ?? 0);
}

/** How often besides for state changes alone, or `null` where nothing is kept for them. */
export function keptForChanges(env: Env, credential: Credential): Rate | null {
  const kept = credential.vendor.budget.kept_for_changes?.[credential.name];
  return kept === undefined ? null : rateOf(env, credential, kept);
}

function rateOf(env: Env, { vendor }: Credential, share: number): Rate {
  const part = (whole: number) => Math.max(1, Math.floor(whole * share));
  const override = overridesIn(env.VENDOR_BUDGETS)?.[vendor.name];
  if (override !== undefined) return rate(part(override));
  const { per_minute, burst } = vendor.budget;
  const settings = settingsOf(env, vendor);
  const usual = rate(part(per_minute(settings)));
  return burst === undefined ? usual : { ...usual, burst: part(burst(settings)) };
}

function overridesIn(text: string): Readonly<Record<string, number>> | null {
  if (text.trim() === "") return {};
  try {
    return Overrides.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
