import * as z from "zod";
import { opaqueId, reportedText } from "../../untrusted/reported-text.ts";
import { nonBlank } from "../non-blank.ts";
import { type Factors, type SignInEvent, UserId, type UserRecord, UserStatus } from "./schemas.ts";

/** Where an account stands, in Sallyport's words. */
export const STATUSES = [
  "active",
  "pending",
  "password_expired",
  "recovery",
  "locked_out",
  "suspended",
  "deactivated",
] as const;
export type Status = (typeof STATUSES)[number];

/** Okta's words for each of ours. */
export const STATUSES_OF: Readonly<Record<Status, readonly UserStatus[]>> = {
  active: ["ACTIVE"],
  pending: ["STAGED", "PROVISIONED"],
  password_expired: ["PASSWORD_EXPIRED"],
  recovery: ["RECOVERY"],
  locked_out: ["LOCKED_OUT"],
  suspended: ["SUSPENDED"],
  deactivated: ["DEPROVISIONED"],
};

const STATUS_OF: Readonly<Record<UserStatus, Status>> = {
  ACTIVATING: "pending",
  STAGED: "pending",
  PROVISIONED: "pending",
  ACTIVE: "active",
  PASSWORD_EXPIRED: "password_expired",
  RECOVERY: "recovery",
  LOCKED_OUT: "locked_out",
  SUSPENDED: "suspended",
  DEPROVISIONED: "deactivated",
};

const text = reportedText().nullable();

/** An account, in the words of OCSF's `user` object; id and status are Sallyport's own. `name` is the login. */
export const User = z.strictObject({
  user_id: UserId,
  name: reportedText(),
  full_name: text,
  email_addr: text,
  status: z.enum(STATUSES),
  vendor_status: UserStatus,
  last_login_time: z.iso.datetime().nullable(),
});
export type User = z.output<typeof User>;

/** The vendor's record as our user. Pure. */
export function userOf(record: UserRecord): User {
  const { id, status, lastLogin, profile } = record;
  return {
    user_id: id,
    name: nonBlank(profile.login) ?? id,
    full_name: nonBlank(`${profile.firstName ?? ""} ${profile.lastName ?? ""}`.trim()),
    email_addr: nonBlank(profile.email),
    status: STATUS_OF[status],
    vendor_status: status,
    last_login_time: lastLogin ? new Date(lastLogin).toISOString() : null,
  };
}

/**
 * Factors that prove nothing that a password doesn't: an answer is knowledge too, and whoever reads the mailbox
 * is not shown to hold a device (NIST SP 800-63B §5.1.3.1: e-mail "SHALL NOT be used for out-of-band
 * authentication").
 */
const NO_SECOND_FACTOR: ReadonlySet<string> = new Set(["question", "email"]);

/** True if at least one factor is enrolled to its end and proves something that a password doesn't. Pure. */
export function hasMfa(factors: Factors): boolean {
  return factors.some(({ factorType, status }) => status === "ACTIVE" && !NO_SECOND_FACTOR.has(factorType));
}

/** As long as a login may be at Okta. What a stranger typed into the sign-in page gets no more room. */
const LONGEST_LOGIN = 100;

/** A sign-in, in the words of OCSF's Authentication class (3002). */
export const SignIn = z.strictObject({
  uid: opaqueId,
  time: z.iso.datetime(),
  status_id: z.union([z.literal(1), z.literal(2), z.literal(99)]),
  status: z.enum(["Success", "Failure", "Other"]),
  status_detail: text,
  actor: z.strictObject({
    user: z.strictObject({
      user_id: opaqueId.nullable(),
      name: reportedText(LONGEST_LOGIN).nullable(),
      full_name: text,
    }),
  }),
  src_endpoint: z.strictObject({
    ip: text,
    os: text,
    location: z.strictObject({ desc: text }),
  }),
});
export type SignIn = z.output<typeof SignIn>;

const SUCCEEDED = { status_id: 1, status: "Success" } as const;
const FAILED = { status_id: 2, status: "Failure" } as const;

const ENDED: ReadonlyMap<string, typeof SUCCEEDED | typeof FAILED> = new Map<
  string,
  typeof SUCCEEDED | typeof FAILED
>([
  ["SUCCESS", SUCCEEDED],
  ["ALLOW", SUCCEEDED],
  ["FAILURE", FAILED],
  ["DENY", FAILED],
]);

/** Okta's actor for somebody who named no account that exists. */
const NOBODY = "unknown";

/** An event of the vendor's log as our sign-in. Pure. Of the browser's own words, which anybody can write, nothing is kept. */
export function signInOf({ uuid, published, outcome, actor, client }: SignInEvent): SignIn {
  const place = client?.geographicalContext;
  const known = actor.id !== NOBODY;
  return {
    uid: uuid,
    time: new Date(published).toISOString(),
    ...(ENDED.get(outcome.result) ?? { status_id: 99, status: "Other" }),
    status_detail: nonBlank(outcome.reason),
    actor: {
      user: {
        user_id: known ? actor.id : null,
        name: nonBlank(actor.alternateId),
        full_name: known ? nonBlank(actor.displayName) : null,
      },
    },
    src_endpoint: {
      ip: nonBlank(client?.ipAddress),
      os: nonBlank(client?.userAgent?.os),
      location: { desc: nonBlank([place?.city, place?.country].filter(Boolean).join(", ")) },
    },
  };
}
