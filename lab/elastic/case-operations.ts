/** Simulates cases. */
import { v4 as uuidv4 } from "uuid";
import * as z from "zod";
import type { Operation } from "../simulator.ts";
import type { World } from "../world.ts";
import { guarded, vendor } from "./api-keys.ts";
import { platformFailure } from "./failure.ts";
import { jsonBody } from "./json-body.ts";

const severities = ["low", "medium", "high", "critical"] as const;

const createBody = z.strictObject({
  title: z.string().min(1).max(160),
  description: z.string().min(1).max(30_000),
  tags: z.array(z.string().max(256)).max(200),
  severity: z.enum(severities).default("low"),
  owner: z.enum(["cases", "observability", "securitySolution"]),
  connector: z.strictObject({ id: z.string(), name: z.string(), type: z.literal(".none"), fields: z.null() }),
  settings: z.strictObject({ syncAlerts: z.boolean() }),
});

const findQuery = z.strictObject({
  tags: z.string().optional(),
  owner: z.string().optional(),
  page: z.coerce.number().int().min(1).default(1),
  perPage: z.coerce.number().int().min(0).max(100).default(20),
  sortField: z.string().optional(),
  sortOrder: z.enum(["asc", "desc"]).default("desc"),
});

type Case = z.output<typeof createBody> & { id: string; created_at: string };

const collection = "elastic/cases";

/** Creating cases and finding them again. A case is there for every search as soon as it was created. */
export function caseOperations({ storage, effects }: World): Operation[] {
  return [
    {
      id: "createCaseDefaultSpace",
      method: "POST",
      path: "/api/cases",
      ...guarded("cases:write", (request) => {
        const body = createBody.safeParse(jsonBody(request));
        if (!body.success) return platformFailure(400, body.error.issues[0]?.message);
        const created: Case = { ...body.data, id: uuidv4(), created_at: new Date(request.now).toISOString() };
        storage.setChange(collection, created.id, created);
        const target = `case/${created.id}`;
        const { requestId: request_id } = request;
        effects.record({ vendor, action: "create_case", target, at: created.created_at, request_id });
        return { status: 200, body: describe(created) };
      }),
    },
    {
      id: "findCasesDefaultSpace",
      method: "GET",
      path: "/api/cases/_find",
      ...guarded("cases:read", (request) => {
        const query = findQuery.safeParse(Object.fromEntries(request.query));
        if (!query.success) return platformFailure(400, query.error.issues[0]?.message);
        const { tags, owner, page, perPage, sortOrder } = query.data;
        const found = [...storage.changes<Case>(collection).values()]
          .filter((one) => tags === undefined || one.tags.includes(tags))
          .filter((one) => owner === undefined || one.owner === owner)
          .sort((a, b) => (a.created_at < b.created_at ? -1 : 1) * (sortOrder === "asc" ? 1 : -1));
        const cases = found.slice((page - 1) * perPage, page * perPage).map(describe);
        const counts = { count_open_cases: found.length, count_in_progress_cases: 0, count_closed_cases: 0 };
        return { status: 200, body: { cases, page, per_page: perPage, total: found.length, ...counts } };
      }),
    },
    {
      id: "getCaseDefaultSpace",
      method: "GET",
      path: "/api/cases/{caseId}",
      ...guarded("cases:read", ({ params }) => {
        const found = storage.change<Case>(collection, params.caseId ?? "");
        return found ? { status: 200, body: describe(found) } : platformFailure(404);
      }),
    },
  ];
}

function describe(one: Case) {
  return {
    ...one,
    status: "open",
    version: "WzUzMiwxXQ==",
    comments: [],
    totalAlerts: 0,
    totalComment: 0,
    assignees: [],
    customFields: [],
    category: null,
    closed_at: null,
    closed_by: null,
    created_by: { email: null, full_name: null, username: "sallyport" },
    duration: null,
    external_service: null,
    updated_at: null,
    updated_by: null,
  };
}
