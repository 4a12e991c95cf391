/**
 * Makes the audit events of a person's chain. They hold no token, no claim beyond what decided, and nothing of
 * the provider's body.
 */
import type { AuditFact } from "../audit/event/event.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Person } from "./person-record.ts";
import type {
  Consent,
  ConsoleVisit,
  Denial,
  GrantEnd,
  RefreshResult,
  SignInAttempt,
  SignInRefusal,
} from "./protocol.ts";
import type { EndReason } from "./session-control.ts";
import type { Session } from "./sessions.ts";
import type { Confidence } from "./standing.ts";
import type { UpstreamStanding } from "./upstream-session.ts";

/** What a person's chain says. No token, no claim beyond what decided, nothing that the provider's body held. */

/** Somebody signed in, and the role policy admits them. */
export function signedInFact(sign_in: SignInAttempt): AuditFact {
  const { subject, display, roles, client_id, policy_version } = sign_in;
  const renewable = sign_in.upstream_refresh_token !== null;
  const detail = { display, policy_version, renewable };
  return { type: "sign_in", decision: "allow", outcome: "ok", subject, roles, client_id, detail };
}

/** Somebody signed in at the identity provider and was turned away here. */
export function refusedFact({ subject, display, client_id, reason }: SignInRefusal): AuditFact {
  return {
    type: "sign_in",
    decision: "deny",
    outcome: "error",
    error_kind: "permission",
    error_code: "role_forbids",
    subject,
    roles: [],
    client_id,
    detail: { display, reason },
  };
}

/** The person let a client act for them. */
export function consentFact(person: Person, consent: Consent, session: Session, resumed: boolean): AuditFact {
  const { client_name, redirect_uri, scopes } = consent;
  return {
    ...who(person, session),
    type: "consent",
    decision: "allow",
    outcome: "ok",
    detail: { client_name, redirect_uri, scopes: [...scopes], resumed },
  };
}

/** The person let a client go away empty-handed. */
export function denialFact(person: Person, denial: Denial): AuditFact {
  const { client_id, client_name, redirect_uri } = denial;
  const detail = { client_name, redirect_uri };
  return { ...who(person), client_id, type: "consent", decision: "deny", outcome: "ok", detail };
}

/** A client asked to go on, and what came of it. */
export function refreshFact(
  person: Person,
  session: Session,
  result: RefreshResult,
  confidence: Confidence,
): AuditFact {
  const base = { ...who(person, session), type: "refresh" } as const;
  if (result.ok) {
    const detail = confidence === "confirmed" ? {} : { detail: { standing: confidence } };
    return { ...base, decision: "allow", outcome: "ok", ...detail };
  }
  const transient = result.reason === "unavailable";
  return {
    ...base,
    decision: transient ? "hold" : "deny",
    outcome: "error",
    error_kind: transient ? "transient" : "permission",
    error_code: transient ? "upstream_unavailable" : "session_revoked",
  };
}

/** The identity provider was asked about the person, and what changed or kept it from saying. `null`: nothing did. */
export function upstreamFact(person: Person, standing: UpstreamStanding): AuditFact | null {
  const base = { ...who(person), type: "refresh" } as const;
  switch (standing.standing) {
    case "stands": {
      const { roles } = standing;
      if (sameRoles(person.roles, roles)) return null;
      const detail = { roles_before: [...person.roles] };
      return { ...base, roles, decision: "roles_changed", outcome: "ok", detail };
    }
    case "refused":
      return {
        ...base,
        decision: "signed_out",
        outcome: "error",
        error_kind: "permission",
        error_code: "session_revoked",
        detail: { reason: standing.reason, why: standing.why },
      };
    case "unavailable":
      return {
        ...base,
        decision: "hold",
        outcome: "error",
        error_kind: "transient",
        error_code: "upstream_unavailable",
        detail: { why: standing.why },
      };
    case "overtaken":
      return null;
  }
}

/** A session ended. `detail` says by whose word, or why. */
export function endedFact(person: Person, session: Session, how: EndReason, detail: JsonObject): AuditFact {
  return { ...who(person, session), type: "session", decision: how, outcome: "ok", detail };
}

/** One grant of a session ended; the session's others go on. */
export function grantEndedFact(
  person: Person,
  session: Session,
  detail: { readonly grant_id: string; readonly reason: GrantEnd },
): AuditFact {
  return { ...who(person, session), type: "session", decision: "grant_ended", outcome: "ok", detail };
}

/** The person allowed one connection more, or what they added was taken back. */
export function scopesFact(
  decision: "scopes_added" | "scopes_taken_back",
  person: Person,
  session: Session,
  detail: { readonly grant_id: string; readonly scopes: string[]; readonly by?: string },
): AuditFact {
  return { ...who(person, session), type: "consent", decision, outcome: "ok", detail };
}

/** Somebody saw or did something in the console, or was kept from it. */
export function consoleFact(person: Person, session: Session, visit: ConsoleVisit): AuditFact {
  const { page, decision, error_code, operation_id, target, detail } = visit;
  const refused = decision === "deny";
  return {
    ...who(person, session),
    type: "console",
    decision,
    outcome: refused ? "error" : "ok",
    ...(refused ? { error_kind: "permission" } : {}),
    ...(error_code === undefined ? {} : { error_code }),
    ...(operation_id === undefined ? {} : { operation_id }),
    ...(target === undefined ? {} : { target }),
    detail: { page, ...detail },
  };
}

/** True if both hold the same roles; they are always in the same order. */
export function sameRoles(one: readonly string[], other: readonly string[]): boolean {
  return one.join() === other.join();
}

function who({ subject, roles }: Person, session?: Session) {
  return {
    subject,
    roles,
    ...(session === undefined ? {} : { session_id: session.session_id, client_id: session.client_id }),
  };
}
