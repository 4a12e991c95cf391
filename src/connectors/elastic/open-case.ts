/** How Elastic Security opens a case. */
import { openCase } from "../../capabilities/alerts/open-case.ts";
import { serve } from "../../toolkit/connector.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import { concludeCase } from "./case-answer.ts";
import { elasticCredentials } from "./credentials.ts";
import { ELASTIC_OPERATIONS, elastic } from "./errors.ts";
import { CasePage } from "./schemas.ts";

const DEADLINE_MS = 10_000;

/** The application whose cases they are. */
const OWNER = "securitySolution";
/** On every case that was opened through Sallyport, for people. */
const TAG = "sallyport";
export const elasticOpensCase = serve(openCase, {
  credential: elasticCredentials.cases,
  read_credential: elasticCredentials.read,
  class: "deterministic-create",
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ ELASTIC_SETTLE_MS }) => ELASTIC_SETTLE_MS,
  answers_while: ["open", "in-progress"],
  /** Looks for the tag, which no other case has. */
  async inspect({ title }, { upstream, operation_id }) {
    const { cases } = await upstream.read(
      {
        operation: ELASTIC_OPERATIONS.findCases,
        method: "GET",
        path: "/api/cases/_find",
        query: { owner: OWNER, tags: operation_id, perPage: "5", sortField: "createdAt", sortOrder: "asc" },
      },
      CasePage,
    );
    const seen = { exists: true, attributes: {} } as const;
    const found = cases.records.find(({ tags }) => tags?.includes(operation_id));
    // What can't be read, or has no tags, may be the one that is looked for.
    if (found === undefined && (cases.unreadable > 0 || cases.records.length > 0)) {
      throw contractChanged(elastic, ELASTIC_OPERATIONS.findCases, "cases.0.tags");
    }
    if (found === undefined) return { ...seen, in_effect: false, data: null };
    return { ...seen, in_effect: true, state: found.status, data: { case_id: found.id, title } };
  },
  request: ({ title, description, severity, alert_ids }, { operation_id }) => ({
    operation: ELASTIC_OPERATIONS.createCase,
    method: "POST",
    path: "/api/cases",
    json: {
      title,
      description: withAlerts(description, alert_ids),
      tags: [TAG, operation_id],
      severity,
      owner: OWNER,
      connector: { id: "none", name: "none", type: ".none", fields: null },
      // A case that syncs would close its alerts when it is closed, which nobody asked for.
      settings: { syncAlerts: false },
    },
  }),
  conclude: (answer, { input: { title }, operation_id }) =>
    concludeCase(answer, operation_id, (case_id) => ({ case_id, title })),
});

/** Attaching alerts takes a request for each, and one operation is one request: the case names them instead. */
function withAlerts(description: string, alert_ids: readonly string[] | undefined): string {
  if (alert_ids === undefined) return description;
  return `${description}\n\nAlerts:\n${alert_ids.map((alert_id) => `- \`${alert_id}\``).join("\n")}`;
}
