/**
 * The scopes that exist and what each role may hold. Roles come from the identity provider's claims
 * (`auth/roles.ts`); a token can only narrow what its holder's role allows.
 */

/** Every scope, with the words the consent page shows a person. */
export const SCOPES = {
  "devices:read": "See devices and whether they are contained",
  "devices:contain": "Cut devices off the network and let them back on",
  "detections:read": "See detections of the endpoint sensor",
  "detections:write": "Change the status of detections and comment on them",
  "vulnerabilities:read": "See vulnerabilities, and what is known about them in public",
  "scans:launch": "Launch vulnerability scans",
  "identities:read": "See people's accounts and sign-ins",
  "identities:suspend": "Suspend accounts, let them back in, and end their sessions",
  "tickets:read": "See tickets",
  "tickets:write": "Create tickets",
  "pages:write": "Page the person on call",
  "alerts:read": "See alerts of the SIEM",
  "alerts:write": "Change the status of alerts and open cases",
  "controls:read": "See how compliance controls stand, with their evidence",
  "operations:approve": "Decide on state changes that other people asked for",
  "audit:read": "Read the audit trail of everyone's calls",
} as const;

export type Scope = keyof typeof SCOPES;

/** All scopes, in a fixed order. */
export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];

/** True if `value` names a scope that exists here. */
export function isScope(value: string): value is Scope {
  return Object.hasOwn(SCOPES, value);
}

export const ROLES = ["viewer", "analyst", "responder", "approver", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

const READS = ALL_SCOPES.filter((scope) => scope.endsWith(":read") && scope !== "audit:read");
const WRITES = ALL_SCOPES.filter((scope) => !scope.endsWith(":read") && scope !== "operations:approve");

const SCOPES_OF: Record<Role, readonly Scope[]> = {
  viewer: READS,
  analyst: [...READS, ...WRITES],
  responder: [...READS, ...WRITES],
  approver: [...READS, "operations:approve"],
  auditor: ["controls:read", "audit:read"],
  admin: [...READS, "audit:read"],
};

/** The scopes that any of `roles` allows, in the order of {@link ALL_SCOPES}. */
export function scopesOfRoles(roles: readonly Role[]): Scope[] {
  const allowed = new Set(roles.flatMap((role) => SCOPES_OF[role]));
  return ALL_SCOPES.filter((scope) => allowed.has(scope));
}
