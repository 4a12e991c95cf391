/** What an account of the org can be. */
import { accounts as labUsers, type Person, people } from "../estate/people.ts";
import { stableId } from "../estate/random.ts";

/** A user's status, in Okta's words. `IN_REVIEW` isn't in its document: words are added without notice. */
export type UserStatus =
  | "ACTIVE"
  | "DEPROVISIONED"
  | "IN_REVIEW"
  | "LOCKED_OUT"
  | "PASSWORD_EXPIRED"
  | "PROVISIONED"
  | "RECOVERY"
  | "STAGED"
  | "SUSPENDED";

/** An enrolled factor: its type (`face_scan` isn't in the document), and whether its owner has finished enrolling it. */
export interface Factor {
  type: "email" | "face_scan" | "push" | "question" | "sms" | "token:software:totp" | "webauthn";
  status: "ACTIVE" | "PENDING_ACTIVATION";
}

/** A role of an administrator, and whether it is theirs or comes from a group. */
export interface Role {
  type: string;
  label: string;
  assignment: "USER" | "GROUP";
}

/** A person of the estate as a user of Acme's Okta org. */
export interface OktaAccount {
  /** 20 characters that begin with `00u`. */
  id: string;
  person: Person;
  /** As seeded. */
  status: UserStatus;
  createdAgoMs: number;
  /** How long before the seeding the last sign-in was; null for somebody who never signed in. */
  lastLoginAgoMs: number | null;
  roles: readonly Role[];
  factors: readonly Factor[];
  /** What Okta leaves out of the profile, or has no value for. */
  without: readonly ProfileField[];
}

/** A part of a profile that not everybody has. */
export type ProfileField = "email" | "firstName" | "lastName" | "login" | "mobilePhone" | "secondEmail";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const active = (type: Factor["type"]): Factor => ({ type, status: "ACTIVE" });
const strong = [active("push"), active("email")];
const pendingTotp: Factor = { type: "token:software:totp", status: "PENDING_ACTIVATION" };

const user = (type: string, label: string): Role => ({ type, label, assignment: "USER" });

type Standing = Pick<OktaAccount, "status" | "lastLoginAgoMs" | "roles" | "factors" | "without">;

/** What is remarkable about one of the staff; whatever is left out is as usual. */
const remarkable: readonly Partial<Standing>[] = [
  ...repeat(4, { status: "SUSPENDED", lastLoginAgoMs: 12 * dayMs }),
  ...repeat(2, { status: "LOCKED_OUT" }),
  ...repeat(3, { status: "DEPROVISIONED", lastLoginAgoMs: 200 * dayMs, factors: [] }),
  // Where an attribute may not be read, it is left out.
  {
    status: "DEPROVISIONED",
    lastLoginAgoMs: 200 * dayMs,
    factors: [],
    without: ["login", "email", "firstName"],
  },
  ...repeat(2, { status: "STAGED", lastLoginAgoMs: null, factors: [] }),
  { status: "PROVISIONED", lastLoginAgoMs: null, factors: [] },
  ...repeat(2, { status: "PASSWORD_EXPIRED", lastLoginAgoMs: 70 * dayMs }),
  { status: "RECOVERY" },
  ...[91, 95, 110, 140, 180, 220, 300, 390].map((days) => ({ lastLoginAgoMs: days * dayMs })),
  { lastLoginAgoMs: null },
  ...repeat(6, { factors: [] }),
  // Not one of these proves possession of anything: an enrolment that wasn't finished, an answer, a mailbox.
  ...repeat(2, { factors: [pendingTotp] }),
  { factors: [active("question")] },
  { factors: [active("email")] },
  { roles: [user("ORG_ADMIN", "Organization Administrator")] },
  { roles: [user("HELP_DESK_ADMIN", "Help Desk Administrator")] },
  { roles: [{ type: "USER_ADMIN", label: "Group Administrator", assignment: "GROUP" }] },
  { roles: [user("READ_ONLY_ADMIN", "Read Only Administrator")] },
  { roles: [user("CUSTOM", "Break-glass Operator")] },
  {
    roles: [
      { type: "APP_ADMIN", label: "Application Administrator", assignment: "GROUP" },
      user("REPORT_ADMIN", "Report Administrator"),
    ],
  },
  // Words that no document has.
  { roles: [user("AGENT_ADMIN", "Agent Administrator")] },
  { factors: [active("face_scan"), active("push")] },
  { status: "IN_REVIEW" },
  // An account of a service: an address to sign in with, and nobody's name.
  { without: ["email", "firstName", "lastName", "mobilePhone", "secondEmail"] },
];

/** The first of the staff are plain: active, no administrators, with MFA, seen lately. Tests may use them up. */
export const plainStaff = 100;

function standing(person: Person, index: number): Standing {
  const usual: Standing = {
    status: "ACTIVE",
    lastLoginAgoMs: (2 + (index % 60)) * hourMs,
    roles: person.login === "admin" ? [user("SUPER_ADMIN", "Super Administrator")] : [],
    factors: index % 3 === 0 ? [active("webauthn"), pendingTotp] : strong,
    without: index % 4 === 1 ? ["mobilePhone", "secondEmail"] : [],
  };
  return { ...usual, ...remarkable[index - labUsers.length - plainStaff] };
}

/** Everybody of the estate, always the same, in an order that tests may rely on. */
export const oktaAccounts: readonly OktaAccount[] = people.map((person, index) => {
  const described = standing(person, index);
  return {
    id: `00u${stableId(`okta/${person.login}`, 17)}`,
    person,
    ...described,
    createdAgoMs: (described.lastLoginAgoMs ?? 200 * dayMs) + (100 + (index % 500)) * dayMs,
  };
});

function repeat(times: number, standing: Partial<Standing>): Partial<Standing>[] {
  return Array.from({ length: times }, () => standing);
}
