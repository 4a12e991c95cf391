/** Expressions for Okta's `search` and `filter` (SCIM), built from validated parts. No caller writes SCIM. */
import * as z from "zod";
import { STATUSES_OF, type Status } from "./normalise.ts";
import { UserId, type UserStatus } from "./schemas.ts";

/** More words would say no more, and make an expression that Okta refuses as too complex. */
const MOST_WORDS = 5;

/** Quotation marks, backslashes, and whatever can't be seen. */
const UNQUOTABLE = /["\\\p{C}]/u;

/** What a search for people may look for: the beginnings of names or of an address. Nothing in it can end a quotation. */
export const UserQuery = z
  .string()
  .max(100)
  .refine(
    (query) => !UNQUOTABLE.test(query),
    "may not hold quotation marks, backslashes or control characters",
  )
  .refine((query) => {
    const words = wordsOf(query).length;
    return words >= 1 && words <= MOST_WORDS;
  }, `must hold 1 to ${MOST_WORDS} words`);

/** The properties in which each word is looked for. */
const SEARCHED = ["profile.firstName", "profile.lastName", "profile.email", "profile.login"];

export interface UserFilter {
  readonly query?: string | undefined;
  readonly status?: Status | undefined;
}

/** The expression for a search for users, or `null` for everybody who isn't deactivated. */
export function userSearch({ query, status }: UserFilter): string | null {
  const clauses = [
    ...(query === undefined ? [] : queryClauses(query)),
    ...(status === undefined ? [] : [anyOf(STATUSES_OF[status].map((word) => is("status", word)))]),
  ];
  return clauses.length === 0 ? null : clauses.join(" and ");
}

/** The filter for users in any of some statuses. It reads the users themselves, not the index that `search` reads. */
export function statusFilter(statuses: readonly UserStatus[]): string {
  return statuses.map((status) => is("status", status)).join(" or ");
}

const RESULTS = { success: ["SUCCESS", "ALLOW"], failure: ["FAILURE", "DENY"] } as const;

/** How a sign-in ended, as callers ask for it. */
export const OUTCOMES = ["success", "failure"] as const;

export interface SignInFilter {
  readonly user_id?: string | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
}

/** The filter for sign-ins in the system log. */
export function signInFilter({ user_id, outcome }: SignInFilter): string {
  return [
    is("eventType", "user.session.start"),
    ...(user_id === undefined ? [] : [is("actor.id", user_id)]),
    ...(outcome === undefined ? [] : [anyOf(RESULTS[outcome].map((result) => is("outcome.result", result)))]),
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

function queryClauses(query: string): string[] {
  if (UserId.safeParse(query).success) return [is("id", query)];
  return wordsOf(query).map((word) => anyOf(SEARCHED.map((property) => `${property} sw ${quoted(word)}`)));
}

function wordsOf(query: string): string[] {
  return query.split(" ").filter((word) => word !== "");
}

function is(property: string, value: string): string {
  return `${property} eq ${quoted(value)}`;
}

function anyOf(clauses: readonly string[]): string {
  return `(${clauses.join(" or ")})`;
}

/** "String literals must be valid JSON strings." Every value is validated before; this holds even if one isn't. */
export function quoted(value: string): string {
  return JSON.stringify(value);
}
