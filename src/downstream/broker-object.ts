/**
 * Gets tokens for one credential and shares its request budget out among isolates. It alone makes tokens of
 * the secret.
 */
import { AuditedObject } from "../audit/write/audited-object.ts";
import type { Env } from "../bindings.ts";
import { FairShare, type Spent } from "../limits/fair-share.ts";
import { type BucketAnswer, TokenBucket } from "../limits/token-bucket.ts";
import { asFailure, type Code, type Failure, type PublicError, publicError } from "../toolkit/failure.ts";
import type { AccessToken, Credential } from "../toolkit/upstream/credential.ts";
import { concluded } from "../toolkit/upstream/failures.ts";
import { mintingOf } from "../toolkit/upstream/settings-of.ts";
import type { BreakerState } from "./breaker.ts";
import { unready } from "./readiness.ts";
import { retrying } from "./retries.ts";
import { type IssuedToken, TokenIssuer } from "./token-issuer.ts";
import { budgetOf, keptForChanges, type Purpose } from "./vendor-budget.ts";

/** How often a token is asked for before giving up, and how long that may take in all and each time. */
const MINT_ATTEMPTS = 3;
const MINT_DEADLINE_MS = 10_000;
const MINT_ATTEMPT_MS = 4_000;

export type TokenAnswer =
  | ({ readonly ok: true } & IssuedToken)
  | { readonly ok: false; readonly error: PublicError };

/** Requests that were granted, and who gets none of them for a while. */
export interface SharedGrant extends BucketAnswer {
  /** Those who have had their share, and how long they have to wait, in milliseconds. */
  readonly over_share: Readonly<Record<string, number>>;
}

/** What is left of one part of a budget, and who took how much of it. */
interface Part {
  readonly bucket: TokenBucket;
  readonly shares: FairShare;
}

/** How a credential does. Nothing in it is secret. */
export interface CredentialHealth {
  readonly credential: string;
  readonly vendor: string;
  readonly permission: string;
  /** ISO 8601 UTC, or `null` if no token is held. */
  readonly token_expires_at: string | null;
  /** How the last refresh ended; `null` if none was needed since this object woke up. */
  readonly last_refresh: { readonly at: string; readonly error_code: Code | null } | null;
  /** What an isolate last said of its circuit breaker; `null` if none has said anything. */
  readonly breaker: { readonly state: BreakerState; readonly reported_at: string } | null;
}

/**
 * One per credential, named like it. It is the only place that turns the credential's secret into a token;
 * each time it does, or fails to, is an event on its chain.
 */
export class BrokerObject extends AuditedObject {
  protected override readonly tasks = {};

  readonly #credentialNamed: (name: string) => Credential | undefined;
  #issuer: TokenIssuer | null = null;
  readonly #parts = new Map<Purpose, Part>();
  #last_refresh: CredentialHealth["last_refresh"] = null;
  #breaker: CredentialHealth["breaker"] = null;

  /** @param credentialNamed the credential that the deployment declares under a name */
  constructor(ctx: DurableObjectState, env: Env, credentialNamed: (name: string) => Credential | undefined) {
    super(ctx, env);
    this.#credentialNamed = credentialNamed;
  }

  /**
   * The credential's token, for isolates to remember until `renew_at`.
   * @param name the credential's
   * @param stale a token that the vendor answered with 401
   */
  async token(name: string, stale: string | null = null): Promise<TokenAnswer> {
    try {
      const credential = this.#declared(name);
      // Half a credential is never tried at the vendor.
      const refusal = unready(this.env, credential);
      if (refusal !== null) throw refusal;
      return { ok: true, ...(await this.#issuerOf(credential).token(stale)) };
    } catch (thrown) {
      return { ok: false, error: publicError(asFailure(thrown)) };
    }
  }

  /**
   * Requests out of what the vendor may be asked with this credential, for an isolate to spend.
   * @param spent by whom, of what it was granted before
   */
  async grantRequests(
    name: string,
    wanted: number,
    purpose: Purpose = "anything",
    spent: Spent = [],
  ): Promise<SharedGrant> {
    const now = Date.now();
    const { bucket, shares } = this.#partOf(this.#declared(name), purpose, now);
    shares.note(spent, now);
    return { ...bucket.grant(wanted, now), over_share: Object.fromEntries(shares.overShare(now)) };
  }

  /** An isolate's circuit breaker for this credential changed its state. */
  async report(name: string, state: BreakerState): Promise<void> {
    this.#declared(name);
    this.#breaker = { state, reported_at: new Date().toISOString() };
  }

  /** How the credential does, without asking the vendor. */
  async health(name: string): Promise<CredentialHealth> {
    const credential = this.#declared(name);
    const held = this.#issuer?.held ?? null;
    return {
      credential: credential.name,
      vendor: credential.vendor.name,
      permission: credential.permission,
      token_expires_at: held === null ? null : new Date(held.expires_at).toISOString(),
      last_refresh: this.#last_refresh,
      breaker: this.#breaker,
    };
  }

  #partOf(credential: Credential, purpose: Purpose, now: number): Part {
    const kept = purpose === "change" ? keptForChanges(this.env, credential) : null;
    const drawn_on = kept === null ? "anything" : "change";
    const known = this.#parts.get(drawn_on);
    if (known !== undefined) return known;
    const rate = kept ?? budgetOf(this.env, credential);
    const part = { bucket: new TokenBucket(rate, now), shares: new FairShare(rate.per_minute) };
    this.#parts.set(drawn_on, part);
    return part;
  }

  #declared(name: string): Credential {
    const credential = this.#credentialNamed(name);
    if (credential === undefined) throw new TypeError("no credential of that name is declared");
    return credential;
  }

  #issuerOf(credential: Credential): TokenIssuer {
    this.#issuer ??= new TokenIssuer(() => this.#mint(credential), Date.now);
    return this.#issuer;
  }

  async #mint(credential: Credential): Promise<AccessToken> {
    const began_at = Date.now();
    let attempts = 0;
    try {
      const token = await retrying(
        { attempts: MINT_ATTEMPTS, deadline_at: began_at + MINT_DEADLINE_MS, attempt_ms: MINT_ATTEMPT_MS },
        (signal) => {
          attempts += 1;
          return credential.mint(mintingOf(this.env, credential, Date.now(), signal));
        },
      );
      this.#record(credential, began_at, attempts, { expires_at: token.expires_at });
      return token;
    } catch (thrown) {
      const failure = concluded(asFailure(thrown), attempts);
      this.#record(credential, began_at, attempts, { failure });
      throw failure;
    }
  }

  #record(
    credential: Credential,
    began_at: number,
    attempts: number,
    end: { readonly expires_at: number } | { readonly failure: Failure },
  ): void {
    const failure = "failure" in end ? end.failure : null;
    const at = Date.now();
    this.#last_refresh = { at: new Date(at).toISOString(), error_code: failure?.code ?? null };
    this.ledger.identify("credential", credential.name);
    this.ledger.append({
      type: "credential",
      decision: "refresh",
      outcome: failure === null ? "ok" : "error",
      ...(failure === null ? {} : { error_kind: failure.kind, error_code: failure.code }),
      latency_ms: at - began_at,
      detail: {
        credential: credential.name,
        vendor: credential.vendor.name,
        attempts,
        ...("expires_at" in end ? { expires_at: new Date(end.expires_at).toISOString() } : {}),
        ...(failure === null ? {} : { message: failure.message }),
      },
    });
  }
}
