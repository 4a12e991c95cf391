/** Okta's users as ours. Pure. */
import { USER_STATUSES, type User, type UserStatus } from "../../../capabilities/identities/user.ts";
import { nonBlank } from "../../../toolkit/text/non-blank.ts";
import type { Factors, Roles, UserRecord } from "../schemas.ts";

/**
 * Okta's words for each of ours. `ACTIVATING` is not in the document's list, but in its words: a user may pass through
 * it.
 */
export const STATUSES_OF: Readonly<Record<UserStatus, readonly string[]>> = {
  active: ["ACTIVE"],
  pending: ["STAGED", "PROVISIONED", "ACTIVATING"],
  password_expired: ["PASSWORD_EXPIRED"],
  recovery: ["RECOVERY"],
  locked_out: ["LOCKED_OUT"],
  suspended: ["SUSPENDED"],
  deactivated: ["DEPROVISIONED"],
};

/** The vendor's record as our user. */
export function userOf({ id, status, lastLogin, profile }: UserRecord): User {
  return {
    user_id: id,
    name: nonBlank(profile?.login),
    full_name: nonBlank(`${profile?.firstName ?? ""} ${profile?.lastName ?? ""}`.trim()),
    email_addr: nonBlank(profile?.email),
    status: USER_STATUSES.find((ours) => status !== null && STATUSES_OF[ours].includes(status)) ?? "unknown",
    vendor_status: status,
    last_login_time: utc(lastLogin),
  };
}

/** A moment of Okta's as ISO 8601 UTC, or `null`. */
export function utc(moment: string | null | undefined): string | null {
  return moment ? new Date(moment).toISOString() : null;
}

/**
 * Whether a factor of each type proves something that a password doesn't. An answer is knowledge too, and whoever reads
 * the mailbox is not shown to hold a device (NIST SP 800-63B §5.1.3.1: e-mail "SHALL NOT be used for out-of-band
 * authentication").
 */
const SECOND_FACTOR: ReadonlyMap<string, boolean> = new Map([
  ...["question", "email"].map((type) => [type, false] as const),
  ...[
    "call",
    "push",
    "signed_nonce",
    "sms",
    "token",
    "token:hardware",
    "token:hotp",
    "token:software:totp",
    "u2f",
    "web",
    "webauthn",
  ].map((type) => [type, true] as const),
]);

/** Whether a factor of each status can be used. */
const USABLE: ReadonlyMap<string, boolean> = new Map([
  ["ACTIVE", true],
  ...["DISABLED", "EXPIRED", "INACTIVE", "NOT_SETUP", "PENDING_ACTIVATION"].map(
    (status) => [status, false] as const,
  ),
]);

/**
 * True if at least one factor is enrolled to its end and proves something that a password doesn't, false if certainly
 * none is. `null` where that depends on a factor that we can't read, or of a type or status that we don't know.
 */
export function hasMfa({ records, unreadable }: Factors): boolean | null {
  const counts = records.map(({ factorType, status }) => {
    const second = SECOND_FACTOR.get(factorType);
    const usable = USABLE.get(status ?? "");
    if (second === false || usable === false) return false;
    return second === undefined || usable === undefined ? null : true;
  });
  if (counts.includes(true)) return true;
  return unreadable > 0 || counts.includes(null) ? null : false;
}

/** Okta's types of roles. Each makes an administrator of its holder, if only one who may look. */
const ROLES: ReadonlySet<string> = new Set([
  "ACCESS_CERTIFICATIONS_ADMIN",
  "ACCESS_REQUESTS_ADMIN",
  "API_ACCESS_MANAGEMENT_ADMIN",
  "API_ADMIN",
  "APP_ADMIN",
  "CUSTOM",
  "GROUP_MEMBERSHIP_ADMIN",
  "HELP_DESK_ADMIN",
  "MOBILE_ADMIN",
  "ORG_ADMIN",
  "READ_ONLY_ADMIN",
  "REPORT_ADMIN",
  "SUPER_ADMIN",
  "USER_ADMIN",
  "WORKFLOWS_ADMIN",
]);

/** True for any role that we know, false for no role at all. `null` where there are others only. */
export function isAdministrative({ records, unreadable }: Roles): boolean | null {
  if (records.some(({ type }) => ROLES.has(type))) return true;
  return records.length + unreadable > 0 ? null : false;
}
