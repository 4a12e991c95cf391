/** PagerDuty's samples, through `page_on_call`. */
import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { Asked, SampleCase, SampleVendor } from "../vendor.ts";

const reason = "A sample is fed through";
const page = (sample: Sample) => ({ title: `Sample ${sample.file}`, urgency: "high", reason });

/** What each refusal has to come to. */
const REFUSALS: Readonly<Record<string, object>> = {
  "02-400-2001-params": { code: "misconfigured" },
  "03-400-2001-title": { code: "upstream_rejected", issues: [{ path: "title" }] },
  "04-400-1008-requester-not-found": { code: "misconfigured", settings: ["PAGERDUTY_FROM"] },
  "05-400-no-from": { code: "misconfigured", settings: ["PAGERDUTY_FROM"] },
  "07-401-2006": { code: "credential_rejected" },
  "08-403-2010": { code: "credential_rejected" },
  "09-404-2100": { code: "misconfigured", settings: ["PAGERDUTY_SERVICE_ID"] },
  "10-400-error-is-a-list": { code: "misconfigured" },
};

const IN_DOUBT: ReadonlySet<string> = new Set(["06-400-duplicate-key", "11-500-errors-is-a-text"]);

/** What a page comes to where PagerDuty shows this incident for it. */
// biome-ignore lint/suspicious/noExplicitAny: a sample's incident has no type
const pageOf = ({ id, urgency, status }: any) => ({ incident_id: id, urgency, status });

function creation(sample: Sample): SampleCase {
  const name = sample.file.split("/").at(-1)?.replace(".json", "") ?? "";
  return {
    tool: "page_on_call",
    args: page(sample),
    check(result) {
      if (sample.http_status === 201) {
        const operation = { state: "succeeded", evidence: "answered" };
        expect(result).toMatchObject({ status: "ok", data: pageOf(sample.json.incident), operation });
      } else if (IN_DOUBT.has(name)) {
        expect(result).toMatchObject({ error: { kind: "in_doubt", code: "outcome_unknown" } });
      } else {
        expect(result).toMatchObject({ operation: { state: "failed_safe" }, error: REFUSALS[name] ?? {} });
        expect(result.error.message).toMatch(/ Nobody was paged\.$/);
      }
    },
  };
}

/** The look before a page: an incident under its key is the page, and without one it is sent. */
const look = (sample: Sample): SampleCase => ({
  tool: "page_on_call",
  args: page(sample),
  check(result) {
    const [incident] = sample.json.incidents;
    expect(result).toMatchObject({ status: "ok", data: pageOf(incident ?? OPENED) });
  },
});

const OPENED = { id: "Q1OPENED000001", status: "triggered", urgency: "high" };

/** The key that a request is about: the operation's id. */
function keyIn({ url, body }: Asked): string {
  return url.searchParams.get("incident_key") ?? JSON.parse(body).incident.incident_key;
}

export const pagerduty: SampleVendor = {
  name: "pagerduty",
  folder: "pagerduty",
  environment: (url) => ({ PAGERDUTY_BASE_URL: url }),
  routes: [
    { operation: "listIncidents", method: "GET", path: /^\/incidents$/ },
    { operation: "createIncident", method: "POST", path: /^\/incidents$/ },
  ],
  usual: {
    listIncidents: { json: { incidents: [], more: false } },
    createIncident: (asked) => ({
      status: 201,
      json: { incident: { ...OPENED, incident_key: keyIn(asked) } },
    }),
  },
  shown({ json }, asked) {
    if (asked.url.searchParams.get("limit") === "1" && !asked.url.searchParams.has("incident_key"))
      return json;
    const underKey = (incident: object) => ({ ...incident, incident_key: keyIn(asked) });
    if (json.incident) return { incident: underKey(json.incident) };
    return json.incidents ? { ...json, incidents: json.incidents.slice(0, 1).map(underKey) } : json;
  },
  caseOf(sample) {
    switch (sample.operation) {
      case "createIncident":
        return creation(sample);
      case "listIncidents":
        return look(sample);
      default:
        return null;
    }
  },
  lab: {
    calls: [{ tool: "page_on_call", args: { title: "A page of the lab's", urgency: "low", reason } }],
    records: { createIncident: ({ incident }) => [incident] },
  },
};
