/** Simulates finding and describing users. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { guarded } from "./authorization.ts";
import type { Directory, Standing } from "./directory.ts";
import { failure } from "./errors.ts";
import { baseOf, limitOf, linkedPages, page } from "./link.ts";
import { attributesOf, holds, parseScim, ScimError } from "./scim.ts";
import { factorRecord, projected, roleRecord, userRecord } from "./user-record.ts";

const mostUsers = 200;

/** What `filter` takes; `search` takes any attribute. */
const filterable = /^(status|lastUpdated|id|profile\.(login|email|firstName|lastName))$/;

const at = (path: string) => ({ method: "GET", path }) as const;

/** Finding users, and describing one with factors and roles. */
export function userOperations(world: World, directory: Directory): Operation[] {
  return [
    {
      id: "listUsers",
      paging: linkedPages("/api/v1/users"),
      ...guarded(world, at("/api/v1/users"), "okta.users.read", list),
    },
    {
      id: "getUser",
      ...guarded(world, at("/api/v1/users/{id}"), "okta.users.read", (request) => {
        // A service app has no user of its own that `me` could stand for.
        const reply = described(request, "id", (standing, base) => userRecord(standing, base));
        if (reply.status !== 200) return reply;
        const { lastUpdated } = reply.body as ReturnType<typeof userRecord>;
        return { ...reply, headers: { etag: `W/"${lastUpdated}"` } };
      }),
    },
    {
      id: "listFactors",
      ...guarded(world, at("/api/v1/users/{userId}/factors"), "okta.users.read", (request) =>
        described(request, "userId", (standing, base) =>
          standing.account.factors.map((factor) => factorRecord(standing, factor, base)),
        ),
      ),
    },
    {
      id: "listAssignedRolesForUser",
      ...guarded(world, at("/api/v1/users/{userId}/roles"), "okta.roles.read", (request) =>
        described(request, "userId", (standing, base) =>
          standing.account.roles.map((role) => roleRecord(standing, role, base)),
        ),
      ),
    },
  ];

  function list(request: VendorRequest): VendorReply {
    const limit = limitOf(request, mostUsers, mostUsers);
    if (limit === undefined) return failure(request, 400, "limit: must be a positive number");
    try {
      const base = baseOf(request);
      const records = chosen(request).map((standing) => userRecord(standing, base));
      const found = page(request, "/api/v1/users", records.filter(asked(request)), limit);
      if (!found) return failure(request, 400, "after: The cursor is not valid");
      const fields = request.query.get("fields");
      return {
        status: 200,
        headers: found.headers,
        body: found.items.map((record) => projected(record, fields)),
      };
    } catch (error) {
      if (error instanceof ScimError) return failure(request, 400, error.message);
      throw error;
    }
  }

  /** `search` reads an index that lags; `filter` and the plain list don't. The plain list leaves DEPROVISIONED out. */
  function chosen({ query, now }: VendorRequest): Standing[] {
    if (query.has("search")) return directory.indexed(now);
    if (query.has("filter")) return directory.all();
    return directory.all().filter(({ status }) => status !== "DEPROVISIONED");
  }

  function described(
    request: VendorRequest,
    parameter: string,
    describe: (standing: Standing, base: string) => unknown,
  ): VendorReply {
    const account = directory.resolve(request.params[parameter] ?? "");
    if (!account) return failure(request, 404, `Resource not found: ${request.params[parameter]} (User)`);
    return { status: 200, body: describe(directory.now(account), baseOf(request)) };
  }
}

/** What a list was asked for. @throws ScimError */
function asked({ query }: VendorRequest): (record: unknown) => boolean {
  const [search, filter] = [query.get("search"), query.get("filter")];
  if (search !== null) {
    const expression = parseScim(search);
    if (attributesOf(expression).some(({ operator }) => operator === "ne")) {
      throw new ScimError("Invalid search criteria: operator ne is not supported.");
    }
    return (record) => holds(expression, record);
  }
  if (filter === null) return () => true;
  const expression = parseScim(filter);
  const refused = attributesOf(expression).find(
    ({ attribute, operator }) =>
      !filterable.test(attribute) || (operator !== "eq" && attribute !== "lastUpdated"),
  );
  if (refused)
    throw new ScimError(`Invalid filter: ${refused.attribute} ${refused.operator} is not supported.`);
  return (record) => holds(expression, record);
}
