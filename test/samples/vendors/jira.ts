/** Jira's samples, through `search_tickets` and `create_ticket`. */
import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { SampleCase, SampleVendor } from "../vendor.ts";

const SEARCH = "searchAndReconsileIssuesUsingJql";

/** By hand: what a sample's issue has to become. */
// biome-ignore lint/suspicious/noExplicitAny: a sample's issue has no type
function ticketOf({ key, fields }: any) {
  const { status, priority, issuetype, assignee, summary, created, updated } = fields;
  const levels: Record<string, string> = { Lowest: "Low", Low: "Low", Medium: "Medium", High: "High" };
  const stands = { new: "open", undefined: "open", indeterminate: "in_progress", done: "done" } as const;
  return {
    ticket_id: key,
    title: summary,
    type: issuetype.name,
    status: stands[status.statusCategory.key as keyof typeof stands],
    vendor_status: status.name,
    priority: priority === null ? "Unknown" : (levels[priority.name] ?? "Other"),
    vendor_priority: priority?.name ?? null,
    assignee: assignee?.displayName ?? null,
    created_time: utc(created),
    modified_time: utc(updated),
  };
}

/** `2026-11-22T10:00:00.000+0100` as UTC. */
function utc(time: string): string {
  const [, moment = "", hours = "", minutes = ""] = /^(.*)([+-]\d\d)(\d\d)$/.exec(time) ?? [];
  return new Date(`${moment}${hours}:${minutes}`).toISOString();
}

const found = (sample: Sample): SampleCase => ({
  tool: "search_tickets",
  args: {},
  check({ status, data, coverage }) {
    expect(status).toBe("ok");
    const { issues, nextPageToken } = sample.json;
    expect(data.tickets).toMatchObject(issues.map(ticketOf));
    expect(data.tickets).toHaveLength(issues.length);
    expect(coverage).toMatchObject({ unreadable: 0, complete: nextPageToken === undefined });
    expect(coverage.next_cursor === null).toBe(nextPageToken === undefined);
  },
});

const ERRORS: Readonly<Record<string, object>> = {
  "400": { kind: "configuration", code: "misconfigured", settings: ["JIRA_PROJECT"] },
  "429": { kind: "transient", code: "rate_limited", retry_after_ms: 17_000 },
};

const creation = (sample: Sample): SampleCase => ({
  tool: "create_ticket",
  args: {
    title: `Sample ${sample.file}`,
    description: "It looks odd.",
    priority: "high",
    reason: "A sample is fed through",
  },
  others: { [SEARCH]: { json: { issues: [], isLast: true } } },
  check(result) {
    if (sample.http_status === 201) {
      expect(result).toMatchObject({ status: "ok", data: { ticket_id: sample.json.key } });
      return;
    }
    expect(result).toMatchObject({ operation: { state: "failed_safe" }, error: refusal(sample) });
    expect(result.error.message).toMatch(/ No ticket was made\.$/);
  },
});

function refusal({ http_status, json }: Sample): object {
  if (http_status === 403) return { kind: "configuration", code: "credential_rejected" };
  const settings: Record<string, string> = { project: "JIRA_PROJECT", description: "JIRA_ISSUE_TYPE" };
  const [field = ""] = Object.keys(json.errors);
  return {
    kind: "configuration",
    code: "misconfigured",
    settings: [settings[field] ?? "JIRA_FIELDS"],
    message: expect.stringContaining(`It objects to ${field}.`),
  };
}

export const jira: SampleVendor = {
  name: "jira",
  folder: "jira",
  environment: (url) => ({ JIRA_BASE_URL: url }),
  routes: [
    { operation: "getCurrentUser", method: "GET", path: /^\/rest\/api\/3\/myself$/ },
    { operation: SEARCH, method: "GET", path: /^\/rest\/api\/3\/search\/jql$/ },
    { operation: "getIssue", method: "GET", path: /^\/rest\/api\/3\/issue\/[^/]+$/ },
    { operation: "createIssue", method: "POST", path: /^\/rest\/api\/3\/issue$/ },
  ],
  usual: {
    getCurrentUser: { json: { accountId: "5b10a2844c20165700ede21g" } },
    [SEARCH]: { json: { issues: [], isLast: true } },
  },
  caseOf(sample) {
    switch (sample.operation) {
      case SEARCH:
        return sample.http_status === 200
          ? found(sample)
          : {
              tool: "search_tickets",
              args: {},
              check: ({ error }) => expect(error).toMatchObject(ERRORS[sample.http_status] ?? {}),
            };
      case "createIssue":
        return creation(sample);
      case "getCurrentUser":
        return {
          tool: "search_tickets",
          args: {},
          check: (result) => expect(result).toMatchObject({ status: "ok", data: { tickets: [] } }),
        };
      default:
        return null;
    }
  },
  lab: {
    calls: [
      { tool: "search_tickets", args: { limit: 100 } },
      { tool: "search_tickets", args: { query: "SEC-1" } },
    ],
    records: {
      [SEARCH]: ({ issues }) => issues,
      getCurrentUser: (user) => [user],
    },
    meant: Object.fromEntries(
      ["summary", "status", "issuetype", "created"].map((field) => [
        `${SEARCH} fields.${field}`,
        "only examples of the documentation lack it, which show other fields than those that were asked for",
      ]),
    ),
  },
};
