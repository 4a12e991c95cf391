import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { hosts } from "../../../lab/estate/hosts.ts";
import { oktaAccounts } from "../../../lab/okta/accounts.ts";
import { CONTROLS } from "../../../src/catalogue/controls/catalogue.ts";
import { checkControl } from "../../../src/catalogue/controls/check-control.ts";
import type { Result } from "../../../src/path/answer.ts";
import { CallRecord } from "../../../src/path/call-record.ts";
import { requireAvailable } from "../../../src/tenant/availability.ts";
import type { Principal } from "../../../src/toolkit/principal.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { lab } from "../../support/worker/lab.ts";
import { signedIn } from "../../support/worker/people.ts";

const DAY_MS = 24 * 60 * 60_000;
const IDS = CONTROLS.map(({ control_id }) => control_id);

interface Answered {
  readonly status: string;
  readonly reason: string;
  readonly evidence: readonly {
    readonly source: string;
    readonly count: number;
    readonly complete: boolean;
  }[];
  readonly violations: {
    readonly count: number;
    readonly at_least: boolean;
    readonly examples: readonly object[];
  };
  readonly finding: object;
}

let auditor: Client;

beforeAll(async () => {
  auditor = await agentOf(await signedIn("auditor", "auditor"), ["controls:read"]);
});
afterEach(() => lab.clear());

function dataOf(result: Result): Answered {
  if (result.status !== "ok") throw new Error(JSON.stringify(result));
  return result.data as unknown as Answered;
}

const check = (control_id: string) => call(auditor, "check_control", { control_id });

describe("list_controls", () => {
  it("lists each control with its question and its frameworks' ids", async () => {
    const result = await call(auditor, "list_controls");
    expect(result).toMatchObject({ status: "ok", coverage: { complete: true, next_cursor: null } });
    const { controls } =
      "data" in result ? (result.data as { controls: { control_id: string }[] }) : { controls: [] };
    expect(controls.map(({ control_id }) => control_id)).toEqual(IDS);
    expect(controls[0]).toMatchObject({ requirements: { pci_dss: ["6.3.3"] } });
  });

  it("lists those of one framework, and goes on page by page", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Result = await call(auditor, "list_controls", {
        framework: "cis",
        limit: 1,
        ...(cursor === null ? {} : { cursor }),
      });
      if (!("coverage" in page && "data" in page)) throw new Error(JSON.stringify(page));
      seen.push(...(page.data.controls as { control_id: string }[]).map(({ control_id }) => control_id));
      cursor = page.coverage.next_cursor;
    } while (cursor !== null && seen.length < 100);
    expect(seen).toEqual(
      CONTROLS.filter(({ requirements }) => "cis" in requirements).map((c) => c.control_id),
    );
  });
});

describe("check_control", () => {
  it.each(IDS)("answers %s with a verdict, its evidence and a finding that agree", async (control_id) => {
    const result = await check(control_id);
    expect(result).toMatchObject({ coverage: { complete: true } });
    const { status, evidence, violations, finding } = dataOf(result);
    expect(status).toBe(violations.count === 0 ? "pass" : "fail");
    expect(violations.examples).toHaveLength(Math.min(10, violations.count));
    expect(evidence.every(({ complete }) => complete)).toBe(true);
    expect(finding).toMatchObject({
      class_uid: 2003,
      compliance: { control: control_id, status: status === "pass" ? "Pass" : "Fail" },
    });
    expect("coverage" in result && result.coverage.sources).toMatchObject(
      evidence.map(({ source, count }) => ({ source, count, status: "ok" })),
    );
  });

  it("counts what the estate holds", async () => {
    const enabled = oktaAccounts.filter(({ status }) =>
      ["ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"].includes(status),
    );
    const weak = ["question", "email"];
    const expected = {
      "devices-without-sensor": [
        hosts.length,
        hosts.filter(({ seenAgoMs }) => seenAgoMs >= 30 * DAY_MS).length,
      ],
      "users-inactive": [
        enabled.length,
        enabled.filter(({ lastLoginAgoMs, createdAgoMs }) => (lastLoginAgoMs ?? createdAgoMs) >= 90 * DAY_MS)
          .length,
      ],
      "users-without-mfa": [
        enabled.length,
        enabled.filter(({ factors }) =>
          factors.every(({ status, type }) => status !== "ACTIVE" || weak.includes(type)),
        ).length,
      ],
    };
    for (const [control_id, [read, found]] of Object.entries(expected)) {
      const { evidence, violations } = dataOf(await check(control_id));
      expect([control_id, evidence[0]?.count, violations.count]).toEqual([control_id, read, found]);
      expect(found).toBeGreaterThan(0);
    }
  });

  it("is indeterminate, and says why, where one of two sources fails", async () => {
    await lab.fault({ vendor: "kev", mode: "status", status: 404 });
    const result = await check("known-exploited-vulnerabilities");
    const { status, reason, evidence, violations } = dataOf(result);
    expect(status).toBe("indeterminate");
    expect(reason).toContain("CISA KEV");
    expect(violations).toEqual({ count: 0, at_least: true, examples: [] });
    expect(evidence).toMatchObject([
      { source: "kev", count: 0, complete: false },
      { source: "tenable", complete: true },
    ]);
    expect(result).toMatchObject({
      coverage: {
        complete: false,
        sources: [
          { source: "kev", status: "error", error: { kind: "configuration", code: "misconfigured" } },
          { source: "tenable", status: "ok" },
        ],
      },
    });
  });

  it("keeps what it has seen where it couldn't see everything", async () => {
    await lab.fault({ vendor: "okta", operation: "listFactors", mode: "status", status: 400, times: 1 });
    const { status, violations } = dataOf(await check("users-without-mfa"));
    expect(status).toBe("indeterminate");
    expect(violations.at_least).toBe(true);
  });

  it("is indeterminate where a user that was listed is then said not to exist", async () => {
    await lab.fault({ vendor: "okta", operation: "listFactors", mode: "status", status: 404, times: 1 });
    expect(dataOf(await check("users-without-mfa"))).toMatchObject({
      status: "indeterminate",
      violations: { at_least: true },
    });
  });

  it("says that a control doesn't exist", async () => {
    expect(await check("no-such-control")).toMatchObject({
      status: "not_found",
      resource: { kind: "control", id: "no-such-control" },
    });
  });

  it("is for whoever may see controls", async () => {
    const agent = await agentOf(await signedIn("auditor-2", "auditor"), ["audit:read"]);
    const refusal = await agent.callTool({ name: "check_control", arguments: {} }).then(
      () => "",
      (error: unknown) => String(error),
    );
    expect(refusal).toContain("controls:read");
  });
});

describe("a source that isn't configured", () => {
  it("is not asked, and leaves its controls indeterminate", async () => {
    expect(await checkedWithoutOkta("users-inactive")).toMatchObject({
      outcome: "found",
      data: { status: "indeterminate", reason: expect.stringContaining("Okta is not configured") },
      sources: [{ source: "okta", status: "error", error: { code: "tool_disabled" } }],
    });
  });

  it("doesn't keep the others from being asked", async () => {
    expect(await checkedWithoutOkta("devices-without-sensor")).toMatchObject({ data: { status: "fail" } });
  });
});

/** A control's answer on an instance that has only half of a credential for Okta. */
function checkedWithoutOkta(control_id: string) {
  const unconfigured = { ...env, OKTA_READ_CLIENT_ID: "" };
  const nothingOff = { version: 1, disabled_tools: [], disabled_credentials: [] };
  const missing = requireAvailable(unconfigured, checkControl, nothingOff);
  const record = new CallRecord({ method: "tools/call", name: "check_control", trace_id: null }, Date.now());
  return checkControl.run(
    { control_id },
    {
      env: unconfigured,
      now: Date.now(),
      principal: {} as Principal,
      upstream: record.upstreams(unconfigured, checkControl.credentials, missing),
      progress: () => undefined,
    },
  );
}
