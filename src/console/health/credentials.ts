/** Reports how each credential does, and tries it at its vendor where that is asked for. */
import type { Env } from "../../bindings.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import { type Readiness, readinessOf } from "../../downstream/readiness.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { type CheckReport, vendorChecks } from "./vendor-checks.ts";

/** How one credential does. Nothing in it is secret. */
export interface CredentialReport {
  readonly credential: string;
  readonly vendor: string;
  /** Whether its variables and secrets are as they should be. */
  readonly state: Readiness["state"];
  readonly problems: readonly string[];
  /** What an isolate last said of its circuit; closed where none said anything. */
  readonly breaker: string;
  /** Whether it can get a token now; `null` where nobody tried. */
  readonly token: {
    readonly ok: boolean;
    readonly code: string | null;
    readonly message: string | null;
  } | null;
  /** What was tried at the vendor with it; empty where nobody tried, or no token can be had. */
  readonly checks: readonly CheckReport[];
}

/**
 * Every credential, by name.
 * @param options.tokens have each broker get a token, unless it holds one: this asks vendors, and finds a credential
 * that was revoked, may do more than it should, or comes with a setting that the vendor refuses, before a person's call
 * does
 */
export function credentialReports(
  env: Env,
  { credentials, checks }: Catalogue,
  options: { readonly tokens: boolean },
): Promise<CredentialReport[]> {
  return Promise.all(
    credentials
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((credential) => reportOf(env, credential, checks, options)),
  );
}

async function reportOf(
  env: Env,
  credential: Credential,
  checks: readonly VendorCheck[],
  { tokens }: { readonly tokens: boolean },
): Promise<CredentialReport> {
  const { name } = credential;
  const broker = env.BROKER.getByName(name);
  const { state, problems } = readinessOf(env, credential);
  // One after the other: the health is to tell of this token as well.
  const answer = tokens && state === "ready" ? await broker.token(name) : null;
  const { vendor, breaker } = await broker.health(name);
  const error = answer === null || answer.ok ? null : answer.error;
  return {
    credential: name,
    vendor,
    state,
    problems,
    breaker: breaker?.state ?? "closed",
    // The token itself stays here.
    token: answer && { ok: answer.ok, code: error?.code ?? null, message: error?.message ?? null },
    checks: answer?.ok ? await vendorChecks(env, credential, checks) : [],
  };
}
