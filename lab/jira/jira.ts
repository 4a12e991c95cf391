/** Simulates Jira Cloud. */
import type { Operation, Simulator, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { accountOf } from "./accounts.ts";
import { createOperation } from "./create-issue.ts";
import { screenOperations } from "./create-screen.ts";
import { drift } from "./drift.ts";
import { failure } from "./errors.ts";
import { issueRecord } from "./issue-record.ts";
import { Issues } from "./issues.ts";
import { searchOperations } from "./search.ts";

const vendor = "jira";
const requestsPerMinute = 1000;

/** Jira Cloud: who am I, searching, reading and creating issues. Held against the vendor's document by `test/contracts`. */
export function jira(world: World): Simulator {
  const issues = new Issues(world);
  return {
    vendor,
    operations: [
      currentUserOperation,
      issueOperation(issues),
      ...searchOperations(issues),
      createOperation(world, vendor, issues),
      ...screenOperations,
    ],
    failure: (_request, status) => failure(status),
    tokenRefused: () => failure(401),
    partial: (request) => ({ ...failure(500), status: request.operation === "createIssue" ? 201 : 200 }),
    rateLimited(request, until, nth) {
      const wait = { "retry-after": String(Math.ceil((until - request.now) / 1000)) };
      const limit = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": new Date(until).toISOString() };
      // Some of the vendor's limits send both headers, some only the second.
      return { ...failure(429), headers: nth % 2 === 1 ? { ...wait, ...limit } : limit };
    },
    drift,
    headers: (request) => ({
      "atl-traceid": request.traceId.replaceAll("-", ""),
      "x-ratelimit-limit": String(requestsPerMinute),
      "x-ratelimit-remaining": String(requestsPerMinute - 1),
      "x-ratelimit-reset": new Date(request.now + 60_000).toISOString(),
    }),
  };
}

/** Unlike searching, this can't be done by nobody: a wrong token shows here. */
const currentUserOperation: Operation = {
  id: "getCurrentUser",
  method: "GET",
  path: "/rest/api/3/myself",
  takesToken: true,
  handle(request) {
    const account = accountOf(request);
    if (!account) return failure(401);
    const { accountId, email, displayName, groups } = account;
    const items = groups.map((name) => ({ name, groupId: `group-${name}` }));
    const expanded = request.query.get("expand")?.split(",").includes("groups");
    return {
      status: 200,
      body: {
        self: `https://acme.atlassian.net/rest/api/3/user?accountId=${accountId}`,
        accountId,
        emailAddress: email,
        displayName,
        active: true,
        accountType: "app",
        timeZone: "Etc/UTC",
        groups: { size: items.length, items: expanded ? items : [] },
      },
    };
  },
};

/** One issue, as it is now: unlike a search, this doesn't lag. */
function issueOperation(issues: Issues): Operation {
  return {
    id: "getIssue",
    method: "GET",
    path: "/rest/api/3/issue/{issueIdOrKey}",
    takesToken: true,
    handle(request) {
      const issue = issues.find(request.params.issueIdOrKey ?? "");
      if (!issue || !accountOf(request)?.permissions.includes("browse")) return failure(404);
      return { status: 200, body: issueRecord(issue, wantedFields(request)) };
    },
  };
}

function wantedFields({ query }: VendorRequest): Set<string> {
  const fields = query.getAll("fields").flatMap((field) => field.split(","));
  return new Set(fields.length === 0 ? ["*all"] : fields);
}
