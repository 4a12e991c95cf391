import { VENDOR_CHECKS } from "../../connectors/checks.ts";
import type { CredentialName } from "../../connectors/credentials.ts";
import { upstreamFor } from "../../downstream/client.ts";
import type { VendorCheck } from "../../downstream/vendor-check.ts";
import { asFailure } from "../../path/failure.ts";

/** What one check at a vendor came to. Nothing in it is secret. */
export interface CheckReport {
  readonly name: string;
  /** The vendor was asked and answered. */
  readonly asked: boolean;
  /** What is wrong, and what to set. Empty if nothing is. */
  readonly problems: readonly string[];
}

/** Tries, at their vendor, the credential `name` and the settings that are checked with it. */
export function checksOf(
  env: Env,
  name: CredentialName,
  checks: readonly VendorCheck[] = VENDOR_CHECKS,
): Promise<CheckReport[]> {
  return Promise.all(checks.filter(({ credential }) => credential === name).map((check) => run(env, check)));
}

async function run(env: Env, { name, credential, run: look }: VendorCheck): Promise<CheckReport> {
  try {
    return { name, asked: true, problems: await look(upstreamFor(env, credential), env) };
  } catch (thrown) {
    const { message, kind } = asFailure(thrown);
    // A vendor that is down says nothing of our settings; one that refuses does.
    return { name, asked: kind !== "transient", problems: [message] };
  }
}
