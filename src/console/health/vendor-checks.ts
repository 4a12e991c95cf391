/** Runs the checks that belong to one credential, and says whether the vendor could be asked. */
import type { Env } from "../../bindings.ts";
import { upstreamFor } from "../../downstream/client.ts";
import { asFailure } from "../../toolkit/failure.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import { settingsOf } from "../../toolkit/upstream/settings-of.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";

/** What one check at a vendor came to. Nothing in it is secret. */
export interface CheckReport {
  readonly name: string;
  /** The vendor was asked and answered. */
  readonly asked: boolean;
  /** What is wrong, and what to set. Empty if nothing is. */
  readonly problems: readonly string[];
}

/** Tries, at its vendor, a credential and the settings that are checked with it. */
export function vendorChecks(
  env: Env,
  credential: Credential,
  checks: readonly VendorCheck[],
): Promise<CheckReport[]> {
  return Promise.all(
    checks.filter((check) => check.credential === credential).map((check) => run(env, check)),
  );
}

async function run(env: Env, { name, credential, run: look }: VendorCheck): Promise<CheckReport> {
  try {
    return {
      name,
      asked: true,
      problems: await look(upstreamFor(env, credential), settingsOf(env, credential.vendor), env),
    };
  } catch (thrown) {
    const { message, kind } = asFailure(thrown);
    // A vendor that is down says nothing of our settings; one that refuses does.
    return { name, asked: kind !== "transient", problems: [message] };
  }
}
