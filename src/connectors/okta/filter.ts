/** Expressions for Okta's `search` and `filter` (SCIM), built from validated parts. No caller writes SCIM. */

import type { SIGN_IN_OUTCOMES } from "../../capabilities/identities/search-sign-ins.ts";
import { wordsOf } from "../../capabilities/identities/search-users.ts";
import type { UserStatus } from "../../capabilities/identities/user.ts";
import { RESULTS } from "./sign-ins/sign-in.ts";
import { FAMILIES, NO_SIGN_INS } from "./sign-ins/sign-in-events.ts";
import { unsupportedFilter } from "./unsupported-filter.ts";
import { spellingsOf } from "./users/address.ts";
import { STATUSES_OF } from "./users/normalise-user.ts";

/** The properties in which each word is looked for. */
const SEARCHED = ["profile.firstName", "profile.lastName", "profile.email", "profile.login"];

/** Wildcards, comparisons, and fields by name. */
const NO_NAME = /[*?=<>:]/;
const PHONE = /^\+\d/;

export interface UserFilter {
  readonly query?: string | undefined;
  readonly status?: UserStatus | undefined;
}

/**
 * The expression for a search for users, or `null` for everybody who isn't deactivated.
 * @throws Failure `unsupported_filter` for a query that is no beginning of a name, an address or an id
 */
export function userSearch({ query, status }: UserFilter): string | null {
  const clauses = [
    ...(query === undefined ? [] : queryClauses(query)),
    ...(status === undefined ? [] : [anyOf(STATUSES_OF[status].map((word) => is("status", word)))]),
  ];
  return clauses.length === 0 ? null : clauses.join(" and ");
}

/** The filter for users in any of some statuses. It reads the users themselves, not the index that `search` reads. */
export function statusFilter(statuses: readonly string[]): string {
  return statuses.map((status) => is("status", status)).join(" or ");
}

export interface SignInFilter {
  readonly user_id?: string | undefined;
  readonly outcome?: (typeof SIGN_IN_OUTCOMES)[number] | undefined;
  readonly ip?: string | undefined;
}

/**
 * The filter for sign-ins in the system log, of whatever kind they are.
 * @throws Failure `unsupported_filter` for an `ip` that is no single address
 */
export function signInFilter({ user_id, outcome, ip }: SignInFilter): string {
  // That a challenge was sent is the log's success, and nobody's sign-in.
  const asked = FAMILIES.filter(({ kind }) => outcome !== "success" || !NO_SIGN_INS.has(kind));
  return [
    anyOf(asked.map(familyClause)),
    ...(user_id === undefined ? [] : [anyOf([is("actor.id", user_id), is("target.id", user_id)])]),
    ...(outcome === undefined ? [] : [anyOf(RESULTS[outcome].map((result) => is("outcome.result", result)))]),
    ...(ip === undefined ? [] : [anyOf(spellings(ip).map((address) => is("client.ipAddress", address)))]),
  ].join(" and ");
}

/** The filter for the end of one user's sessions in the system log. */
export function sessionsEndedFilter(user_id: string): string {
  return [
    is("eventType", "user.session.clear"),
    is("target.id", user_id),
    is("outcome.result", "SUCCESS"),
  ].join(" and ");
}

/** The filter for the beginnings of one user's sessions in the system log. */
export function sessionsBegunFilter(user_id: string): string {
  return [
    is("eventType", "user.session.start"),
    is("actor.id", user_id),
    is("outcome.result", "SUCCESS"),
  ].join(" and ");
}

function familyClause({ type, begins, only }: (typeof FAMILIES)[number]): string {
  const clause = begins ? `eventType sw ${scimQuoted(type)}` : is("eventType", type);
  return only === undefined ? clause : `(${clause} and ${is("outcome.result", only)})`;
}

function spellings(ip: string): readonly string[] {
  const found = spellingsOf(ip);
  if (found !== null) return found;
  throw unsupportedFilter(
    "ip",
    "Its log is searched by one whole IP address.",
    "Give one address, without a prefix length or wildcard, or leave ip out.",
  );
}

function queryClauses(query: string): string[] {
  const words = wordsOf(query);
  if (words.some((word) => NO_NAME.test(word) || PHONE.test(word))) {
    throw unsupportedFilter(
      "query",
      "A query holds the beginnings of names, of an e-mail address or a login, or a user_id.",
      "Leave out wildcards, field names and phone numbers: the beginning of a name is enough.",
    );
  }
  // A single word may also be an id: ids have no form that no login has.
  const [first = "", ...others] = words;
  const id = others.length === 0 ? [is("id", first)] : [];
  return words.map((word) =>
    anyOf([...SEARCHED.map((property) => `${property} sw ${scimQuoted(word)}`), ...id]),
  );
}

function is(property: string, value: string): string {
  return `${property} eq ${scimQuoted(value)}`;
}

function anyOf(clauses: readonly string[]): string {
  return `(${clauses.join(" or ")})`;
}

/** "String literals must be valid JSON strings." Every value is validated before; this holds even if one isn't. */
export function scimQuoted(value: string): string {
  return JSON.stringify(value);
}
