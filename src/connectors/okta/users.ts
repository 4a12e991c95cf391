/** Reading users, their roles and their factors. */
import type * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { okta } from "./errors.ts";
import { nextAfter } from "./next-page.ts";
import { hasMfa } from "./normalise.ts";
import { Factors, orMissing, Roles, USER_FIELDS, UserPage, UserRecord } from "./schemas.ts";

/** One page of users. */
interface Page {
  readonly users: readonly UserRecord[];
  /** Where the next page begins, or `null` if there is none. */
  readonly after: string | null;
}

/** Which users: by Okta's search index, which lags behind by seconds, or by a filter of what is so now. */
export type Question = { readonly search: string } | { readonly filter: string } | Record<never, never>;

/** One page of the users that a question is about; without one, of all that aren't deactivated. */
export async function listUsers(
  upstream: Upstream,
  question: Question,
  after: string | null,
  limit: number,
): Promise<Page> {
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
    },
    UserPage,
  );
  return { users: body, after: nextAfter(headers, operation) };
}

/** A user as they are now, or `null` if there is none of that id. */
export async function readUser(upstream: Upstream, user_id: string): Promise<UserRecord | null> {
  const operation = "getUser";
  const user = await upstream.read(
    { operation, method: "GET", path: `/api/v1/users/${user_id}` },
    orMissing(UserRecord),
  );
  // Okta would take a login in place of an id. Whoever is described must be whom we asked about.
  if (user !== null && user.id !== user_id) throw contractChanged(okta, operation, "id");
  return user;
}

/**
 * Whether a user has an administrator's role, their own or through a group: Okta lists both. `null` if there is
 * no such user.
 */
export async function isAdministrator(upstream: Upstream, user_id: string): Promise<boolean | null> {
  const roles = await ofUser(upstream, "listAssignedRolesForUser", user_id, "roles", Roles);
  return roles && roles.length > 0;
}

/**
 * A user with what the gate has to know of them, or `null` if there is none of that id.
 * @throws Failure also where only the roles can't be read: not known is not "no administrator"
 */
export async function readUserAndRoles(
  upstream: Upstream,
  user_id: string,
): Promise<{ readonly user: UserRecord; readonly administrator: boolean } | null> {
  const [user, administrator] = await Promise.all([
    readUser(upstream, user_id),
    isAdministrator(upstream, user_id),
  ]);
  if (user === null) return null;
  if (administrator === null) throw contractChanged(okta, "listAssignedRolesForUser", "");
  return { user, administrator };
}

/** Whether a user can be asked for more than a password. `null` if there is no such user. */
export async function usesMfa(upstream: Upstream, user_id: string): Promise<boolean | null> {
  const factors = await ofUser(upstream, "listFactors", user_id, "factors", Factors);
  return factors && hasMfa(factors);
}

function ofUser<Schema extends z.ZodType>(
  upstream: Upstream,
  operation: string,
  user_id: string,
  list: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const path = `/api/v1/users/${user_id}/${list}`;
  return upstream.read({ operation, method: "GET", path }, orMissing(schema));
}
