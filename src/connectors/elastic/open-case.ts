import * as z from "zod";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";
import { defineChange } from "../../toolkit/tool.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import { concludeCase } from "./case-answer.ts";
import { elasticCredentials } from "./credentials.ts";
import { elastic, OPERATIONS } from "./errors.ts";
import { AlertId, CasePage } from "./schemas.ts";
import { settleMs } from "./settings.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

/** The application whose cases they are. */
const OWNER = "securitySolution";
/** On every case that was opened through Sallyport, for people. */
const TAG = "sallyport";
/** As long as a case's title may be. */
const TITLE_LENGTH = 160;

export const openCase = defineChange({
  name: "open_case",
  title: "Open a case",
  description:
    "Opens a case in the SIEM, which names alert_ids; the same finding or title within a day is the same case.",
  // A repeat within the window creates nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  scope: "alerts:write",
  credential: elasticCredentials.cases,
  read_credential: elasticCredentials.read,
  effect: {
    class: "deterministic-create",
    repeat: "adds",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({
    title: Title.max(TITLE_LENGTH).describe("One line"),
    description: z.string().trim().min(1).max(8000).describe("Markdown"),
    severity: z.enum(["low", "medium", "high", "critical"]).describe("Of the case"),
    alert_ids: z.array(AlertId).min(1).max(50).optional().describe("From search_alerts"),
  }),
  output: z.strictObject({ case_id: opaqueId, title: reportedText() }),
  target: null,
  creates: { title: ({ title }) => title, answers_while: ["open", "in-progress"] },
  sets: () => ({}),
  /** Looks for the tag, which no other case has. */
  async inspect({ title }, upstream, _env, operation_id) {
    const { cases } = await upstream.read(
      {
        operation: OPERATIONS.findCases,
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
      throw contractChanged(elastic, OPERATIONS.findCases, "cases.0.tags");
    }
    if (found === undefined) return { ...seen, in_effect: false, data: null };
    return { ...seen, in_effect: true, state: found.status, data: { case_id: found.id, title } };
  },
  request: ({ title, description, severity, alert_ids }, operation_id) => ({
    operation: OPERATIONS.createCase,
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
