import { describe, expect, test } from "vitest";
import { reportPage } from "../../../cli/report/page.ts";
import { type Report, type ReportedControl, summaryOf } from "../../../cli/report/report.ts";

const HOSTILE = `<script>alert("1")</script>`;
const AT = "2026-11-22T10:00:00.000Z";

function control(status: ReportedControl["status"], fields: Partial<ReportedControl> = {}): ReportedControl {
  return {
    control_id: `control-${status}`,
    title: `Control that is ${status}`,
    question: "Is it so?",
    requirements: ["CC7.1"],
    status,
    reason: "Because.",
    checked: {
      status,
      reason: "Because.",
      checked_at: AT,
      evidence: [
        {
          source: "okta",
          what: "accounts",
          queried_at: AT,
          count: 2,
          complete: status !== "indeterminate",
          problem: status === "indeterminate" ? "Okta did not answer in time." : null,
        },
      ],
      violations: {
        count: 12,
        at_least: status === "indeterminate",
        examples: [{ user_id: "u1", name: HOSTILE }],
      },
      finding: {},
    },
    audit: {
      audit_id: "event-1",
      url: "http://localhost:8787/console/audit/events/event-1",
      event: { event_id: "event-1", at: AT, chain: "session/s/1", seq: 7, hash: "abc" },
    },
    ...fields,
  };
}

function report(...controls: ReportedControl[]): Report {
  return {
    framework: { id: "soc2", title: "SOC 2" },
    tenant: "acme",
    instance: "http://localhost:8787",
    prepared_by: { subject: "auditor@acme.test", name: "Arthur Novak" },
    generated_at: AT,
    summary: summaryOf(controls),
    controls,
  };
}

describe("the summary", () => {
  test("counts an indeterminate control as neither passed nor failed", () => {
    const controls = [control("pass"), control("fail"), control("indeterminate"), control("indeterminate")];
    expect(summaryOf(controls)).toEqual({ pass: 1, fail: 1, indeterminate: 2 });
  });
});

describe("the page", () => {
  test("shows each control with its answer, evidence, source and time", async () => {
    const page = await reportPage(report(control("pass"), control("fail")));
    expect(page).toContain("1 passed");
    expect(page).toContain("1 failed");
    expect(page).toContain("CC7.1");
    expect(page).toContain(`datetime="${AT}"`);
    expect(page).toContain("12 found, 1 of them shown");
  });

  test("says what could not be read, and why", async () => {
    const page = await reportPage(report(control("indeterminate")));
    expect(page).toContain("0 passed");
    expect(page).toContain("no: Okta did not answer in time.");
    expect(page).toContain("At least 12 found");
  });

  test("says so where a check itself failed", async () => {
    const page = await reportPage(report(control("indeterminate", { checked: null, audit: null })));
    expect(page).toContain("The check failed before any source was read.");
    expect(page).toContain("0 passed");
  });

  test("links each answer to its audit event, with the event's place in the chain", async () => {
    const page = await reportPage(report(control("pass")));
    expect(page).toContain(`href="http://localhost:8787/console/audit/events/event-1"`);
    expect(page).toContain("session/s/1, number 7, SHA-256 abc");
  });

  test("holds what a source wrote as text, and loads nothing", async () => {
    const page = await reportPage(report(control("fail", { title: HOSTILE, reason: HOSTILE })));
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toMatch(/ src=|<link|@import|url\(/);
  });
});
