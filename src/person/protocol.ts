/** What is said to a person's object, and what it answers. Everything here survives RPC. */

import type { JsonObject } from "../toolkit/json.ts";
import type { Role, Scope } from "../toolkit/scopes.ts";
import type { Client, SessionState } from "./sessions.ts";
import type { Confidence, Confirmation } from "./standing.ts";

/** Who somebody is, by the word of the identity provider. */
export interface Signed {
  /** Name of this object: see `personKey`. */
  readonly person: string;
  /** OIDC `sub`. */
  readonly subject: string;
  /** For people's eyes only. */
  readonly display: string;
}

/** A sign-in that the role policy admits. */
export interface SignInAttempt extends Signed {
  /** What the person is signing in to. */
  readonly client_id: string;
  readonly roles: readonly Role[];
  /** The revision of the role policy that gave them. */
  readonly policy_version: string;
  /** `null` if the identity provider gave none. */
  readonly upstream_refresh_token: string | null;
}

/** A sign-in that is turned away: no role, or a group claim that nobody can read. */
export interface SignInRefusal extends Signed {
  readonly client_id: string;
  readonly reason: "no_role" | "claim_unreadable";
}

/** A person's yes on the consent page. */
export interface Consent extends Client {
  readonly sign_in_id: string;
  readonly scopes: readonly string[];
}

/** `expired`: the sign-in was used, is older than ten minutes, or the person was signed out since. */
export type ConsentAnswer =
  | { readonly ok: true; readonly session_id: string }
  | { readonly ok: false; readonly reason: "expired" };

/** A person's no on the consent page. */
export interface Denial extends Client {
  readonly sign_in_id: string;
}

/** A grant that a client may use, as its person sees it. Times are ISO 8601 UTC. */
export interface Connection extends Client {
  readonly grant_id: string;
  readonly session_id: string;
  /** What was allowed on the consent page. */
  readonly scopes: readonly Scope[];
  /** What the person has added since. */
  readonly added: readonly { readonly scope: Scope; readonly until: string }[];
  readonly signed_in_at: string;
  /** Where the browser was that it was allowed in, as far as that is known. */
  readonly address: string | null;
  readonly place: string | null;
}

/** `ended`: there is no such connection any more. `role_forbids`: the role doesn't hold one of the scopes. */
export type AddAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "ended" | "role_forbids" };

/** Why a grant ended, besides the end of its session. */
export type GrantEnd = "code_reused" | "refresh_token_reused" | "revoked_by_client" | "signed_in_again";

/** `revoked`: not without a new sign-in. `unavailable`: try again, nothing is lost. */
export type RefreshResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "revoked" | "unavailable" };

/** Whether a session may act now, and as whom. */
export interface PersonStanding {
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly epoch: number;
}

/** The same, after the identity provider was asked for a newer word where that was needed. */
export interface ConfirmedStanding extends PersonStanding, Confirmation {
  readonly confidence: Confidence;
}

/** A session as its owner and an administrator see it. Times are ISO 8601 UTC. */
export interface SessionSummary extends Client {
  readonly session_id: string;
  readonly state: SessionState;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly signed_in_at: string;
  readonly ended_at: string | null;
}

/** A person as an administrator sees them. */
export interface PersonProfile {
  readonly subject: string;
  readonly display: string;
  readonly roles: readonly Role[];
}

/** What a person saw or did in the console, or was kept from. */
export interface ConsoleVisit {
  readonly session_id: string;
  /** The page or action, as the console calls it. */
  readonly page: string;
  readonly decision: "allow" | "deny";
  /** Why not, in a word. */
  readonly error_code?: string;
  readonly operation_id?: string;
  readonly target?: string;
  readonly detail?: JsonObject;
}
