/** Simulates searching issues. */
import * as z from "zod";
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import { accountOf } from "./accounts.ts";
import { failure } from "./errors.ts";
import { queryIssues } from "./issue-query.ts";
import { issueRecord } from "./issue-record.ts";
import type { Issues } from "./issues.ts";
import { JqlError } from "./jql.ts";
import { pageToken, readPageToken } from "./page-token.ts";

const path = "/rest/api/3/search/jql";
const mostResults = 5000;

const Search = z.object({
  jql: z.string(),
  nextPageToken: z.string().optional(),
  maxResults: z.coerce.number().int().min(1).max(mostResults).default(50),
  fields: z.array(z.string()).default([]),
});

/** Searching, by query parameters and by body. Neither sees an issue before the index has it. */
export function searchOperations(issues: Issues): Operation[] {
  return [
    {
      id: "searchAndReconsileIssuesUsingJql",
      method: "GET",
      path,
      takesToken: true,
      paging: {
        leadOn: ({ query }, reply) =>
          withBody(reply, { nextPageToken: pageToken(0, query.get("jql") ?? ""), isLast: false }),
        lose: (reply) => withBody(reply, { issues: [], nextPageToken: undefined, isLast: true }),
      },
      handle: (request) =>
        search(request, {
          jql: request.query.get("jql") ?? "",
          nextPageToken: request.query.get("nextPageToken") ?? undefined,
          maxResults: request.query.get("maxResults") ?? undefined,
          fields: request.query.getAll("fields"),
        }),
    },
    {
      id: "searchAndReconsileIssuesUsingJqlPost",
      method: "POST",
      path,
      takesToken: true,
      handle: (request) => search(request, bodyOf(request)),
    },
  ];

  function search(request: VendorRequest, asked: unknown): VendorReply {
    const parsed = Search.safeParse(asked);
    if (!parsed.success) return failure(400);
    const { jql, nextPageToken, maxResults, fields } = parsed.data;
    const at = readPageToken(nextPageToken, jql);
    if (at === undefined) return failure(400, "The provided next page token is invalid or expired.");
    try {
      const found = queryIssues(issues.indexed(request.now), jql);
      // Nobody may search, too: they see what everybody may, which at Acme is nothing.
      const visible = accountOf(request)?.permissions.includes("browse") ? found : [];
      const end = at + maxResults;
      const wanted = new Set(fields.flatMap((field) => field.split(",")));
      return {
        status: 200,
        body: {
          issues: visible.slice(at, end).map((issue) => issueRecord(issue, wanted)),
          ...(end < visible.length ? { nextPageToken: pageToken(end, jql) } : {}),
          isLast: end >= visible.length,
        },
      };
    } catch (error) {
      if (error instanceof JqlError) return failure(400, error.message);
      throw error;
    }
  }
}

function withBody(reply: VendorReply, changes: object): VendorReply {
  return reply.status < 300 ? { ...reply, body: { ...(reply.body as object), ...changes } } : reply;
}

function bodyOf({ body }: VendorRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
