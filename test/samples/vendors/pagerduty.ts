/** PagerDuty's samples, through `page_on_call`. */
import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { SampleCase, SampleVendor } from "../vendor.ts";

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

function creation(sample: Sample): SampleCase {
  const name = sample.file.split("/").at(-1)?.replace(".json", "") ?? "";
  return {
    tool: "page_on_call",
    args: page(sample),
    check(result) {
      if (sample.http_status === 201 || IN_DOUBT.has(name)) {
        expect(result).toMatchObject({ error: { kind: "in_doubt", code: "outcome_unknown" } });
        return;
      }
      expect(result).toMatchObject({ operation: { state: "failed_safe" }, error: REFUSALS[name] ?? {} });
      expect(result.error.message).toMatch(/ Nobody was paged\.$/);
    },
  };
}

export const pagerduty: SampleVendor = {
  name: "pagerduty",
  folder: "pagerduty",
  environment: (url) => ({ PAGERDUTY_BASE_URL: url }),
  routes: [
    { operation: "listIncidents", method: "GET", path: /^\/incidents$/ },
    { operation: "createIncident", method: "POST", path: /^\/incidents$/ },
  ],
  usual: { listIncidents: { json: { incidents: [], more: false } } },
  caseOf(sample) {
    return sample.operation === "createIncident" ? creation(sample) : null;
  },
};
