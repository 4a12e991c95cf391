import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { resourcesOf, secretsOf } from "../../../cli/tenant/render.ts";
import { acme, base } from "./acme.ts";

const VENDOR_SECRET = "a-secret-of-the-environment";

/** The program as it is run, with nobody at its prompts. */
function tenant(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, OKTA_READ_CLIENT_ID: VENDOR_SECRET, SEALING_KEY: VENDOR_SECRET };
    const program = ["--disable-warning=ExperimentalWarning", "cli/tenant.ts", ...args];
    const child = execFile(process.execPath, program, { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end();
  });
}

test("a rehearsal names every resource and every command, in order, and does nothing", async () => {
  const { code, stdout } = await tenant("create", "acme", "--dry-run", "--jurisdiction", "eu");
  expect(code).toBe(0);
  const { worker, d1, kv, queues } = resourcesOf(base, "acme");
  for (const name of [worker, ...d1, ...kv, ...queues]) expect(stdout).toContain(name);
  const commands = stdout.split("\n").filter((line) => line.startsWith("wrangler "));
  expect(commands.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual([
    ...d1.map(() => "d1 create"),
    ...kv.map(() => "kv namespace"),
    ...queues.map(() => "queues create"),
    "secret bulk",
    ...d1.map(() => "d1 migrations"),
    "deploy --config",
  ]);
  for (const name of secretsOf(base, acme)) expect(stdout).toContain(name);
  expect(existsSync("tenants/acme")).toBe(false);
});

test("a rehearsal shows no secret, whatever the environment holds", async () => {
  const { stdout, stderr } = await tenant("create", "acme", "--dry-run");
  expect(stdout + stderr).not.toContain(VENDOR_SECRET);
});

test("what isn't decided is named, and nothing is made before it is", async () => {
  const { code, stderr } = await tenant("create", "acme", "--url", "https://mcp.acme.example");
  expect(code).toBe(1);
  expect(stderr).toContain("OIDC_ISSUER has no value for this tenant");
  expect(existsSync("tenants/acme")).toBe(false);
});

test.each([
  [["create", "../acme", "--dry-run"], "must begin with a letter"],
  [["create", "acme", "--url", "https://a.example", "--workers-dev", "sub"], "cannot be used with"],
  [["create", "acme", "--jurisdiction", "mars"], "Allowed choices"],
  [["destroy", "acme", "--confirm", "globex"], "nothing was destroyed"],
  [["rotate", "acme", "SEALING_KEY"], "knows no tenant acme"],
])("%j is refused: %s", async (args, why) => {
  const { code, stderr } = await tenant(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(why);
});

test("the rehearsal of an end exports the audit before anything goes", async () => {
  const { stdout } = await tenant("destroy", "acme", "--dry-run");
  const commands = stdout.split("\n").filter((line) => line.startsWith("wrangler "));
  expect(commands[0]).toContain("d1 export sallyport-acme-audit --remote");
  expect(commands.at(-1)).toContain("d1 delete sallyport-acme-audit");
});
