/** Reading users, their roles and their factors. */
import type * as z from "zod";
import { requirePromised } from "../../../toolkit/lists/pages.ts";
import type { Records } from "../../../toolkit/lists/records.ts";
import { contractChanged } from "../../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../../toolkit/upstream/upstream.ts";
import { okta } from "../errors.ts";
import { nextAfter } from "../next-page.ts";
import { Factors, OktaUserPage, orMissing, Roles, USER_FIELDS, UserRecord } from "../schemas.ts";
import type { OktaSettings } from "../settings.ts";
import { hasMfa, isAdministrative } from "./normalise-user.ts";

/** One page of users. */
export interface UsersPage extends Records<UserRecord> {
  /** Where the next page begins, or `null` if there is none. */
  readonly after: string | null;
}

/** Which users: by Okta's search index, which lags behind by seconds, or by a filter of what is so now. */
export type UsersQuestion = { readonly search: string } | { readonly filter: string } | Record<never, never>;

/**
 * One page of the users that a question is about; without one, of all that aren't deactivated.
 * @param about the tool's arguments that stand in the question
 */
export async function listUsers(
  upstream: Upstream,
  { OKTA_BASE_URL }: Pick<OktaSettings, "OKTA_BASE_URL">,
  question: UsersQuestion,
  after: string | null,
  limit: number,
  about: readonly string[] = [],
): Promise<UsersPage> {
  const operation = "listUsers";
  const { body, headers } = await upstream.readWithHeaders(
    {
      operation,
      method: "GET",
      path: "/api/v1/users",
      query: {
        ...question,
        fields: USER_FIELDS,
        limit: String(limit),
        ...(after === null ? {} : { after }),
      },
      about,
    },
    OktaUserPage,
  );
  const full = body.records.length + body.unreadable >= limit;
  const next = nextAfter(headers, operation, OKTA_BASE_URL, after, full);
  requirePromised(okta, body, after, next);
  return { ...body, after: next };
}

/** A user as they are now, or `null` if there is none of that id. */
export async function readUser(upstream: Upstream, user_id: string): Promise<UserRecord | null> {
  const user = await upstream.read(
    { operation: "getUser", method: "GET", path: pathOf(user_id) },
    orMissing(UserRecord),
  );
  if (user === null || user.id === user_id) return user;
  // Okta takes a login, or its part before the @, in place of an id. It is nobody's id.
  const login = user.profile?.login?.toLowerCase() ?? "";
  if ([login, login.split("@")[0]].includes(user_id.toLowerCase())) return null;
  throw contractChanged(okta, "getUser", "id");
}

/** Something that is known of a user. `null`: it couldn't be told from what Okta answered. */
export interface Known {
  readonly value: boolean | null;
  /** How many of the records that it rests on could not be read. */
  readonly unreadable: number;
}

/**
 * Whether a user has an administrator's role, their own or through a group: Okta lists both. `null` if there is
 * no such user.
 */
export async function isAdministrator(upstream: Upstream, user_id: string): Promise<Known | null> {
  const roles = await ofUser(upstream, "listAssignedRolesForUser", user_id, "roles", Roles);
  return roles && { value: isAdministrative(roles), unreadable: roles.unreadable };
}

/** Whether a user can be asked for more than a password. `null` if there is no such user. */
export async function usesMfa(upstream: Upstream, user_id: string): Promise<Known | null> {
  const factors = await ofUser(upstream, "listFactors", user_id, "factors", Factors);
  return factors && { value: hasMfa(factors), unreadable: factors.unreadable };
}

/**
 * A user with what the gate has to know of them, or `null` if there is none of that id. `administrator` is `null` where
 * they have roles, and none that we know: the gate takes that for yes.
 * @throws Failure also where only the roles can't be read: not known is not "no administrator"
 */
export async function readUserAndRoles(
  upstream: Upstream,
  user_id: string,
): Promise<{ readonly user: UserRecord; readonly administrator: boolean | null } | null> {
  const [user, administrator] = await Promise.all([
    readUser(upstream, user_id),
    isAdministrator(upstream, user_id),
  ]);
  if (user === null) return null;
  if (administrator === null) throw contractChanged(okta, "listAssignedRolesForUser", "");
  return { user, administrator: administrator.value };
}

/** The path of one user, or of something of theirs. */
export function pathOf(user_id: string, of = ""): string {
  return `/api/v1/users/${encodeURIComponent(user_id)}${of}`;
}

function ofUser<Schema extends z.ZodType>(
  upstream: Upstream,
  operation: string,
  user_id: string,
  list: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  return upstream.read({ operation, method: "GET", path: pathOf(user_id, `/${list}`) }, orMissing(schema));
}
