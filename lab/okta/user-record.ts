/** Writes users, factors and roles as the vendor does. */
import { stableId } from "../estate/random.ts";
import type { Factor, ProfileField, Role } from "./accounts.ts";
import type { Standing } from "./directory.ts";

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** `User`, as the vendor describes one. What we should never pass on is in it: a phone number, a second address, a question. */
export function userRecord({ account, status, createdAt, changedAt, lastLoginAt }: Standing, base: string) {
  const { id, person, without } = account;
  const [firstName = "", ...family] = person.name.split(" ");
  const profile = {
    firstName,
    lastName: family.join(" "),
    login: person.email,
    email: person.email,
    secondEmail: `${person.login}@private.test`,
    mobilePhone: `+1-555-01${stableId(`phone/${person.login}`, 6).replaceAll(/\D/g, "7").slice(0, 2)}`,
    department: person.department,
  };
  const enrolled = status !== "STAGED" && status !== "PROVISIONED";
  return {
    id,
    status,
    created: iso(createdAt),
    activated: status === "STAGED" ? null : iso(createdAt + 60_000),
    statusChanged: status === "STAGED" ? null : iso(changedAt),
    lastLogin: iso(lastLoginAt),
    lastUpdated: iso(changedAt),
    passwordChanged: enrolled ? iso(createdAt + 120_000) : null,
    type: { id: "oty1acmedefault00000" },
    profile: withoutSome(profile, without),
    ...(enrolled && {
      credentials: {
        password: {},
        recovery_question: { question: "What was the name of your first pet?" },
        provider: { type: "OKTA", name: "OKTA" },
      },
    }),
    _links: { self: { href: `${base}/api/v1/users/${id}` } },
  };
}

/** A login is left out where it may not be read; the rest has no value. */
function withoutSome(
  profile: Record<string, string>,
  without: readonly ProfileField[],
): Record<string, string | null> {
  const present = Object.entries(profile).filter(([name]) => name !== "login" || !without.includes(name));
  return Object.fromEntries(
    present.map(([name, value]) => [name, without.some((missing) => missing === name) ? null : value]),
  );
}

/**
 * A user with nothing but the `fields` asked for and the id: `status,profile:(login,email)`.
 * Without `fields`, the whole record.
 */
export function projected(record: ReturnType<typeof userRecord>, fields: string | null): object {
  if (fields === null) return record;
  const inProfile =
    /profile:\(([^)]*)\)/
      .exec(fields)?.[1]
      ?.split(",")
      .map((name) => name.trim()) ?? [];
  const names = fields
    .replace(/profile:\([^)]*\)/, "")
    .split(",")
    .map((name) => name.trim());
  const wanted = new Set(["id", ...names, ...(inProfile.length > 0 ? ["profile"] : [])]);
  const kept = Object.entries(record).filter(([name]) => wanted.has(name));
  const profile = Object.entries(record.profile).filter(([name]) => inProfile.includes(name));
  return {
    ...Object.fromEntries(kept),
    ...(inProfile.length > 0 && { profile: Object.fromEntries(profile) }),
  };
}

/** `UserFactor`. An enrolment that wasn't finished carries the secret with which it would be. */
export function factorRecord({ account, createdAt }: Standing, { type, status }: Factor, base: string) {
  const { id: userId, person } = account;
  const id = `${type.slice(0, 3).replace(":", "")}${stableId(`factor/${type}/${userId}`, 17)}`;
  const secret = stableId(`secret/${userId}`, 16).toUpperCase();
  return {
    id,
    factorType: type,
    provider: type === "webauthn" ? "FIDO" : type === "token:software:totp" ? "GOOGLE" : "OKTA",
    vendorName: type === "webauthn" ? "FIDO" : type === "token:software:totp" ? "GOOGLE" : "OKTA",
    status,
    created: iso(createdAt),
    lastUpdated: iso(createdAt),
    profile: profileOf(type, person.email),
    _links: { self: { href: `${base}/api/v1/users/${userId}/factors/${id}` } },
    ...(status === "PENDING_ACTIVATION" && {
      _embedded: { activation: { timeStep: 30, sharedSecret: secret, encoding: "base32", keyLength: 6 } },
    }),
  };
}

function profileOf(type: Factor["type"], email: string): object {
  switch (type) {
    case "email":
      return { email };
    case "sms":
      return { phoneNumber: "+1-555-0100" };
    case "question":
      return { question: "favorite_art_piece", questionText: "What is your favorite piece of art?" };
    default:
      return { credentialId: email };
  }
}

/** An entry of the list of a user's role assignments. */
export function roleRecord(
  { account, createdAt }: Standing,
  { type, label, assignment }: Role,
  base: string,
) {
  const assignee = assignment === "USER" ? `users/${account.id}` : "groups/00g1acmeadmins000000";
  return {
    id: `ra1${stableId(`role/${type}/${account.id}`, 17)}`,
    type,
    label,
    status: "ACTIVE",
    assignmentType: assignment,
    created: iso(createdAt),
    lastUpdated: iso(createdAt),
    _links: { assignee: { href: `${base}/api/v1/${assignee}` } },
  };
}
