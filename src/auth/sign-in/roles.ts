/** Reads the role policy, and finds the roles that a person's claims give under it. */
import * as z from "zod";
import type { Json } from "../../toolkit/json.ts";
import { ROLES, type Role } from "../../toolkit/scopes.ts";

/** Which values of which claim give which role. Read from ROLE_POLICY. */
export interface RolePolicy {
  /** The operator's own name for this revision; the audit quotes it. */
  readonly version: string;
  /** The ID token or userinfo claim that lists a person's groups. */
  readonly claim: string;
  readonly roles: Readonly<Partial<Record<Role, readonly string[]>>>;
}

/** Claims about a person, as the identity provider asserts them. */
export type Claims = Readonly<Record<string, Json | undefined>>;

const claimValues = z
  .array(z.string().trim().min(1, "is empty; write the value that the claim lists, or remove it"))
  .min(1, "lists no claim value; name at least one, or remove the role");

const rolePolicySchema = z.strictObject({
  version: z.string('must be a string that names this revision, such as "1"').min(1, "must not be empty"),
  claim: z.string("must be the name of the claim that lists groups").min(1, "must not be empty"),
  roles: z.partialRecord(z.enum(ROLES), claimValues),
});

/** The policy in `text`, or every problem with it, each naming the field and the fix. */
export function readRolePolicy(
  text: string,
): { readonly ok: true; readonly policy: RolePolicy } | { readonly ok: false; readonly problems: string[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own words quote the document, and anybody can read what is wrong here.
    return { ok: false, problems: ["ROLE_POLICY is not JSON: see docs/reference/configuration.md"] };
  }
  const parsed = rolePolicySchema.safeParse(document);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
  return { ok: true, policy: parsed.data as RolePolicy };
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  const field = ["ROLE_POLICY", ...issue.path].join(".");
  if (issue.code !== "unrecognized_keys") return [`${field}: ${issue.message}`];
  const fix =
    issue.path[0] === "roles" ? `is not a role; the roles are ${ROLES.join(", ")}` : "is unknown; remove it";
  return issue.keys.map((key) => `${field}.${key} ${fix}`);
}

/** The identity provider sent the group claim in a form that can't be read. Its operator has to change that. */
export class ClaimUnreadable extends Error {
  override readonly name = "ClaimUnreadable";
}

/**
 * The roles that `claims` give under `policy`, in the order of {@link ROLES}. A value that the policy doesn't
 * name gives nothing, and neither does a claim that isn't there.
 * @throws ClaimUnreadable when the claim is neither a string nor a list of strings, or was left out for length
 */
export function rolesFrom(policy: RolePolicy, claims: Claims): Role[] {
  const held = new Set(valuesOf(policy.claim, claims));
  return ROLES.filter((role) => policy.roles[role]?.some((value) => held.has(value)));
}

function valuesOf(claim: string, claims: Claims): readonly string[] {
  const value = claims[claim];
  // Microsoft Entra ID drops `groups` from the token of whoever is in more than 200, and points to its API
  // instead. That isn't "in no group", and must not be taken for it.
  const elsewhere = claims._claim_names;
  if (value === undefined && elsewhere instanceof Object && claim in elsewhere) {
    throw new ClaimUnreadable(
      `the identity provider left out the claim "${claim}" because it is too long; limit it to the groups assigned to this application`,
    );
  }
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === "string")) return value;
  const got = Array.isArray(value) ? "a list with other things in it" : typeof value;
  throw new ClaimUnreadable(
    `the claim "${claim}" must be a string or a list of strings; the identity provider sent ${got}`,
  );
}
