import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { LabControls } from "../../cli/demo/lab.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { Devices } from "./support/devices.ts";
import { Wire } from "./support/wire.ts";

/** Without Jira and NVD; with half of Tenable's credential; with a policy that says nothing. */
const ENVIRONMENT = {
  JIRA_BASE_URL: "",
  JIRA_READ_EMAIL: "",
  JIRA_READ_API_TOKEN: "",
  JIRA_CREATE_EMAIL: "",
  JIRA_CREATE_API_TOKEN: "",
  NVD_BASE_URL: "",
  TENABLE_READ_SECRET_KEY: "",
  GATE_POLICY: "{}",
};
const DISABLED = { kind: "permission", code: "tool_disabled", retryable: false };

let instance: TestInstance;
let lab: LabControls;
let responder: Wire;
let auditor: Wire;

beforeAll(async () => {
  instance = await startTestInstance({ environment: ENVIRONMENT });
  lab = new LabControls(instance.lab.url);
  const mcpUrl = `${instance.url}/mcp`;
  const as = async (user: string, scope: string) =>
    new Wire(mcpUrl, (await signIn({ mcpUrl, user, scope })).access_token);
  responder = await as("responder", "devices:read devices:contain vulnerabilities:read tickets:read");
  auditor = await as("auditor", "controls:read");
});
afterAll(() => instance.dispose());

/** What a call's result is, on the wire. */
async function called(wire: Wire, tool: string, args: object): Promise<Record<string, unknown>> {
  return z
    .record(z.string(), z.unknown())
    .parse((await wire.call(tool, args)).message.result?.structuredContent);
}

describe("a variable that is missing or wrong", () => {
  test("is named by /healthz, and a vendor that isn't used is no mistake", async () => {
    const response = await fetch(`${instance.url}/healthz`);
    expect(response.status).toBe(200);
    const { ok, problems } = z
      .object({ ok: z.boolean(), problems: z.array(z.string()) })
      .parse(await response.json());
    expect(ok).toBe(false);
    expect(problems.join("\n")).toMatch(/TENABLE_READ_SECRET_KEY/);
    expect(problems.join("\n")).toMatch(/GATE_POLICY/);
    expect(problems.join("\n")).not.toMatch(/JIRA|NVD|CROWDSTRIKE/);
  });

  test("doesn't stop the calls that do without it", async () => {
    expect(await called(responder, "search_devices", {})).toMatchObject({ status: "ok" });
  });

  test("stops those that depend on it, and says who can help", async () => {
    expect(await called(responder, "search_vulnerabilities", {})).toMatchObject({
      status: "error",
      error: {
        ...DISABLED,
        message: expect.stringContaining("Tenable"),
        next_step: expect.stringContaining("/healthz"),
      },
    });
  });

  test("of the policy stops every state change and nothing else", async () => {
    const device_id = (await Devices.of(instance.lab.url)).take();
    expect(await called(responder, "contain_device", { device_id, reason: "a test" })).toMatchObject({
      error: { ...DISABLED, next_step: expect.stringContaining("GATE_POLICY") },
    });
    expect(await lab.effects(device_id)).toEqual([]);
  });
});

describe("a vendor that isn't used", () => {
  test("offers no tools, and a call of one says so", async () => {
    const { message } = await responder.modern("tools/list");
    const names = z
      .array(z.object({ name: z.string() }))
      .parse(message.result?.tools)
      .map(({ name }) => name);
    expect(names).not.toContain("search_tickets");
    expect(names).toContain("search_vulnerabilities");
    expect(await called(responder, "search_tickets", {})).toMatchObject({
      error: { ...DISABLED, message: expect.stringContaining("doesn't use Jira") },
    });
  });

  test("is one source fewer where several are asked, and the answer says that it isn't whole", async () => {
    const answer = await called(responder, "lookup_cve", { cve_id: "CVE-2021-44228" });
    expect(answer).toMatchObject({
      status: "ok",
      coverage: {
        complete: false,
        sources: expect.arrayContaining([
          expect.objectContaining({ source: "nvd", status: "error" }),
          expect.objectContaining({ source: "kev", status: "ok" }),
        ]),
      },
    });
  });

  test("makes a control indeterminate, never pass", async () => {
    const { controls } = z
      .object({ controls: z.array(z.object({ control_id: z.string() })) })
      .parse((await called(auditor, "list_controls", {})).data);
    const verdicts = await Promise.all(
      controls
        .filter(({ control_id }) => control_id.includes("vulnerabilities"))
        .map(({ control_id }) => called(auditor, "check_control", { control_id })),
    );
    expect(verdicts.length).toBeGreaterThan(0);
    for (const verdict of verdicts) {
      const { error } = verdict as { error?: { code: string } };
      // A control that rests on Tenable alone can't be asked at all; one that also rests on others is indeterminate.
      if (error === undefined) expect(verdict).toMatchObject({ data: { status: "indeterminate" } });
      else expect(error).toMatchObject(DISABLED);
    }
  });
});
