/** How much of a vendor's rate limit this instance uses, and which credential gets how much of it. */
import * as z from "zod";
import { CREDENTIALS, type CredentialName, credentialOf } from "../connectors/credentials.ts";
import { type Rate, rate } from "../limits/token-bucket.ts";

/** What a vendor is asked for: a state change gets what is kept for those first, and then what everything gets. */
export type Purpose = "anything" | "change";

/** What a vendor may be asked. */
export interface Budget {
  /** Requests a minute of all credentials together, where VENDOR_BUDGETS says nothing else. */
  readonly per_minute: (env: Env) => number;
  /**
   * Requests at once after a quiet while, where a vendor documents how many. A broker that was taken from memory
   * meanwhile may give them twice; then the vendor's own answer holds.
   */
  readonly burst?: (env: Env) => number;
  /**
   * The part of each credential, by name. Parts of one whole: what reads use up is never what a containment needs,
   * and no credential has to ask what the others have used.
   */
  readonly shares: Readonly<Record<string, number>>;
  /**
   * Parts of the same whole for credentials that reads share with state changes: only changes get them, for the look
   * without which none is made. Else whoever reads without end would keep everybody from containing anything.
   */
  readonly kept_for_changes?: Readonly<Record<string, number>>;
}

const Overrides = z.record(z.string(), z.int().min(1).max(1_000_000_000));

/** What is wrong with VENDOR_BUDGETS. Empty if nothing is; otherwise what the vendors' own pages say holds. */
export function budgetProblems(env: Env): string[] {
  return overridesIn(env.VENDOR_BUDGETS) === null
    ? [
        `VENDOR_BUDGETS must be empty, or a JSON object of requests a minute by vendor (${vendors().join(", ")}): see docs/limits.md`,
      ]
    : [];
}

/** How often a vendor may be asked with one credential, whatever for. */
export function budgetOf(env: Env, name: CredentialName): Rate {
  return rateOf(env, name, credentialOf(name).vendor.budget.shares[name] ?? 0);
}

/** How often besides for state changes alone, or `null` where nothing is kept for them. */
export function keptForChanges(env: Env, name: CredentialName): Rate | null {
  const kept = credentialOf(name).vendor.budget.kept_for_changes?.[name];
  return kept === undefined ? null : rateOf(env, name, kept);
}

function rateOf(env: Env, name: CredentialName, share: number): Rate {
  const { vendor } = credentialOf(name);
  const part = (whole: number) => Math.max(1, Math.floor(whole * share));
  const override = overridesIn(env.VENDOR_BUDGETS)?.[vendor.name];
  if (override !== undefined) return rate(part(override));
  const { per_minute, burst } = vendor.budget;
  const usual = rate(part(per_minute(env)));
  return burst === undefined ? usual : { ...usual, burst: part(burst(env)) };
}

function overridesIn(text: string): Readonly<Record<string, number>> | null {
  if (text.trim() === "") return {};
  try {
    const overrides = Overrides.parse(JSON.parse(text));
    const known = vendors();
    return Object.keys(overrides).every((vendor) => known.includes(vendor)) ? overrides : null;
  } catch {
    return null;
  }
}

function vendors(): string[] {
  return [...new Set(Object.values(CREDENTIALS).map(({ vendor }) => vendor.name))].sort();
}
