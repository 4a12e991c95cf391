import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../../cli/report/report.ts";
import { startTestInstance, type TestInstance } from "../../support/instance.ts";

const SCRIPT = join(import.meta.dirname, "../../../cli/report.ts");

let instance: TestInstance;
let out: string;

beforeAll(async () => {
  instance = await startTestInstance();
  out = await mkdtemp(join(tmpdir(), "report-"));
});
afterAll(async () => {
  await instance.dispose();
  await rm(out, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const child = spawn(process.execPath, [SCRIPT, ...args, "--out", out], {
    env: { ...process.env, PORT: new URL(instance.url).port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  return { code: code as number, output, errors };
}

describe("npm run report", () => {
  test("writes what every control of the framework came to, resting on events that the audit holds", async () => {
    const fault = { vendor: "okta", operation: "listFactors", mode: "status", status: 403 };
    await fetch(`${instance.lab.url}/faults`, { method: "POST", body: JSON.stringify(fault) });

    const { code, output, errors } = await run("SOC 2");
    expect([code, errors]).toEqual([0, ""]);
    const files = JSON.parse(output) as { html: string; json: string };
    const report = JSON.parse(await readFile(files.json, "utf8")) as Report;
    expect(report.framework.id).toBe("soc2");
    expect(report.prepared_by.subject).toBe("auditor@acme.test");
    expect(report.summary.indeterminate).toBe(1);
    const answers = Object.fromEntries(report.controls.map(({ control_id, status }) => [control_id, status]));
    expect(answers).toMatchObject({ "users-without-mfa": "indeterminate", "users-inactive": "fail" });

    for (const { audit, control_id } of report.controls) {
      const [row] = instance.sql<{ hash: string; tool: string; outcome: string }>(
        "SELECT hash, tool, outcome FROM audit_events WHERE event_id = ?",
        audit?.audit_id ?? "",
      );
      expect([control_id, row]).toEqual([
        control_id,
        { hash: audit?.event?.hash, tool: "check_control", outcome: "ok" },
      ]);
    }
    const page = await readFile(files.html, "utf8");
    for (const { control_id } of report.controls) expect(page).toContain(`id="${control_id}"`);
  });

  test("fails, and writes nothing, for a framework that isn't known", async () => {
    const { code, output, errors } = await run("HIPAA");
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toContain("soc2, iso27001, pci_dss, cis");
  });

  test("fails for somebody who may not see the audit", async () => {
    const { code, errors } = await run("cis", "--user", "viewer");
    expect(code).toBe(1);
    expect(errors).toContain("audit:read");
  });
});
