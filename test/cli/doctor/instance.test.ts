import { execFile } from "node:child_process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { LabControls } from "../../../cli/demo/lab.ts";
import type { Check, Report } from "../../../cli/doctor/check.ts";
import { examine } from "../../../cli/doctor/examine.ts";
import { consoleCookie } from "../../isolation/tenants.ts";
import { startTestInstance, type TestInstance } from "../../support/instance.ts";

let instance: TestInstance;
let lab: LabControls;

beforeAll(async () => {
  instance = await startTestInstance();
  lab = new LabControls(instance.lab.url);
});
afterEach(() => lab.clear());
afterAll(() => instance?.dispose());

function find({ checks }: Report, name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

/** The program, as it is run. */
async function doctor(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["cli/doctor.ts", ...args], (error, stdout) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout });
    });
  });
}

// First, while no broker holds a token yet.
test("a credential that its vendor refuses is found before a person's call finds it", async () => {
  await lab.fault({ operation: "oauth2AccessToken", mode: "status", status: 403 });
  const report = await examine({ url: instance.url });
  expect(report.ok).toBe(false);
  expect(find(report, "credential crowdstrike.read")).toMatchObject({
    verdict: "fail",
    found: expect.stringContaining("credential_rejected"),
    advice: expect.stringContaining("rotate"),
  });
  expect(find(report, "credential jira.read")?.verdict).toBe("ok");
  // A broker doesn't ask again at once what was refused just now.
  await lab.clear();
  await instance.restart();
});

test("an instance that is well is found well, by the program too", async () => {
  const { code, stdout } = await doctor(instance.url, "--json");
  const report = JSON.parse(stdout) as Report;
  expect(report.checks.filter(({ verdict }) => verdict === "fail" || verdict === "warn")).toEqual([]);
  expect(report.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "configuration",
      "clock",
      "sign-in",
      "migrations",
      "queue lag",
      "credential okta.read",
    ]),
  );
  expect(code).toBe(0);
});

test("an address that isn't the instance's own is found to be none", async () => {
  const other = instance.url.replace("localhost", "127.0.0.1");
  const { code, stdout } = await doctor(other);
  expect(code).toBe(1);
  expect(stdout).toContain("FAIL  resource metadata");
  expect(stdout).toContain(`set PUBLIC_URL to ${other}`);
});

test("the detail is for administrators, by the cookie of their console session", async () => {
  const as = async (cookie: string) => examine({ url: instance.url, administrator: { cookie } });
  const value = async (user: string) => (await consoleCookie(instance, user)).replace(/^[^=]+=/, "");
  expect(find(await as(await value("admin")), "migrations")?.verdict).toBe("ok");
  for (const cookie of [await value("responder"), "made-up"]) {
    const report = await as(cookie);
    expect(find(report, "detail")?.verdict).toBe("fail");
    expect(find(report, "migrations")).toBeUndefined();
  }
});

test("a migration that was not applied is found", async () => {
  const database = await instance.current().database();
  await database.prepare("DELETE FROM d1_migrations WHERE name = '0002_console.sql'").run();
  try {
    expect(find(await examine({ url: instance.url }), "migrations")).toMatchObject({
      verdict: "fail",
      found: "not applied: 0002_console.sql",
    });
  } finally {
    await database.prepare("INSERT INTO d1_migrations (name) VALUES ('0002_console.sql')").run();
  }
});
