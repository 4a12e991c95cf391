/**
 * Which events of the system log are about signing in, and of what kind each is. From Okta's catalogue of event types,
 * and what detection rules look for. In Identity Engine a refused factor is a failed `auth_via_mfa`; in Classic Engine it
 * is `deny_push`. A push that nobody answered is only seen as one that was sent.
 */

import type { SignInKind } from "../../../capabilities/identities/sign-in.ts";

interface Family {
  readonly kind: SignInKind;
  /** The whole event type, or how it begins. */
  readonly type: string;
  readonly begins?: true;
  /** The only result with which it is of interest: some are evaluated with every click. */
  readonly only?: "DENY";
}

/** The first that fits an event decides. */
export const FAMILIES: readonly Family[] = [
  { kind: "session", type: "user.session.start" },
  { kind: "session", type: "user.session.access_admin_app" },
  { kind: "mfa", type: "user.authentication.auth_via_mfa" },
  { kind: "mfa", type: "user.authentication.verify" },
  { kind: "mfa", type: "user.mfa.okta_verify", begins: true },
  { kind: "mfa", type: "user.mfa.attempt_bypass" },
  { kind: "mfa_challenge", type: "system.push.send_factor_verify_push" },
  { kind: "mfa_challenge", type: "system.sms.send_factor_verify_message" },
  { kind: "mfa_challenge", type: "system.email.send_factor_verify_message" },
  { kind: "mfa_challenge", type: "system.voice.send_mfa_challenge_call" },
  { kind: "enrolment", type: "user.mfa.", begins: true },
  { kind: "enrolment", type: "device.enrollment.create" },
  // auth, authenticate, auth_unconfigured_identifier, and auth_via_ AD_agent, LDAP_agent, IDP, radius, social, iwa, …
  { kind: "authentication", type: "user.authentication.auth", begins: true },
  { kind: "authentication", type: "user.authentication.dsso", begins: true },
  { kind: "sso", type: "user.authentication.sso" },
  { kind: "sso", type: "app.oauth2.signon" },
  { kind: "policy", type: "policy.evaluate_sign_on", only: "DENY" },
  { kind: "policy", type: "application.policy.sign_on.deny_access" },
  { kind: "policy", type: "policy.auth_reevaluate.fail" },
  { kind: "policy", type: "app.generic.unauth_app_access_attempt" },
  { kind: "lock", type: "user.account.lock", begins: true },
  { kind: "threat", type: "security.threat.detected" },
  { kind: "threat", type: "user.account.report_suspicious_activity_by_enduser" },
  { kind: "impersonation", type: "user.session.impersonation.", begins: true },
];

/**
 * Kinds whose events are no sign-in: a result of theirs may say that a challenge was sent, that an account was locked, or
 * that ThreatInsight saw an attack and let it through. Whether somebody got in, none of them says.
 */
export const NO_SIGN_INS: ReadonlySet<SignInKind> = new Set(["mfa_challenge", "lock", "threat"]);

/** The kind of an event by its type, or `null` for one that isn't about signing in. */
export function signInKindOf(event_type: string): SignInKind | null {
  const family = FAMILIES.find(({ type, begins }) =>
    begins ? event_type.startsWith(type) : event_type === type,
  );
  return family?.kind ?? null;
}
