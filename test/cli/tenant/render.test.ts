import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { NOTHING } from "../../../cli/tenant/account.ts";
import { parseBaseConfig } from "../../../cli/tenant/base-config.ts";
import { TenantFolder } from "../../../cli/tenant/folder.ts";
import { renderConfig, resourcesOf } from "../../../cli/tenant/render.ts";
import { secretVariables, settingsProblems, variablesToAsk } from "../../../cli/tenant/settings.ts";
import { acme, base } from "./acme.ts";

test("wrangler accepts the rendered configuration, with the tenant's own of everything", async () => {
  const root = await mkdtemp(join(tmpdir(), "sallyport-render-"));
  try {
    for (const name of ["src", "verifier", "migrations", "node_modules"])
      await symlink(resolve(name), join(root, name));
    for (const name of ["tsconfig.json", "package.json"]) await cp(name, join(root, name));
    const folder = new TenantFolder(root, "acme");
    await folder.saveConfig(renderConfig(base, acme, NOTHING));
    const args = ["deploy", "--dry-run", "--config", folder.config, "--outdir", join(root, "out")];
    await mkdir(join(root, "out"));
    const { stdout } = await promisify(execFile)(resolve("node_modules/.bin/wrangler"), args, {
      cwd: root,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", COLUMNS: "240" },
    });
    const { d1, queues } = resourcesOf(base, "acme");
    const bound = [...d1, ...queues.filter((name) => !name.endsWith("-dead"))];
    for (const name of bound) expect(stdout).toContain(`(${name})`);
    for (const name of ["SESSION", "EFFECT", "PERSON", "BROKER", "TENANT_OBJECT", "OAUTH_KV", "DB"]) {
      expect(stdout).toContain(`env.${name} (`);
    }
    expect(stdout).toMatch(/env\.TENANT \("acme"\)/);
    expect(stdout).toContain("--dry-run: exiting now.");
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test("a variable that is secret once it has a value is never rendered as a variable", () => {
  const names = secretVariables(base);
  expect(names).toEqual(expect.arrayContaining(["WEBHOOK_SECRET", "SEALING_KEY_PREVIOUS", "NVD_API_KEY"]));
  const { vars } = renderConfig(base, { ...acme, secret_vars: ["WEBHOOK_SECRET"] }, NOTHING) as {
    vars: object;
  };
  for (const name of names) expect(vars).not.toHaveProperty(name);
  expect(settingsProblems(base, { ...acme, vars: { ...acme.vars, WEBHOOK_SECRET: "whsec_x" } })).toEqual([
    expect.stringContaining("WEBHOOK_SECRET is a secret"),
  ]);
});

test("no tenant gets a value of the lab's", () => {
  const undecided = settingsProblems(base, { ...acme, vars: {} });
  for (const [name] of variablesToAsk(base, [])) expect(undecided.join("\n")).toContain(name);
  const rendered = JSON.stringify(renderConfig(base, acme, NOTHING));
  expect(rendered).not.toMatch(/localhost|127\.0\.0\.1|\.test\b/);
});

test("a vendor that the tenant doesn't have is neither asked about, nor needs a secret, nor is reached", () => {
  const without = ["okta", "tenable"];
  const config = renderConfig(base, { ...acme, without }, NOTHING) as {
    vars: Record<string, string>;
    secrets: { required: string[] };
  };
  expect(config.vars).toMatchObject({ OKTA_BASE_URL: "", TENABLE_BASE_URL: "" });
  expect(config.secrets.required.filter((name) => /^(OKTA|TENABLE)_/.test(name))).toEqual([]);
  expect(variablesToAsk(base, without).filter(([name]) => /^(OKTA|TENABLE)_/.test(name))).toEqual([]);
  expect(settingsProblems(base, { ...acme, without: ["oktaa"] })).toEqual([expect.stringContaining("oktaa")]);
});

test.each(["http://mcp.acme.example", "https://mcp.acme.example/", "https://mcp.acme.example/x", "acme", ""])(
  "%j can't be a tenant's address",
  (public_url) => {
    expect(settingsProblems(base, { ...acme, public_url })).toEqual([
      expect.stringContaining("https origin"),
    ]);
  },
);

test("a tenant is served under one name: its domain, or its name below workers.dev", () => {
  expect(renderConfig(base, acme, NOTHING)).toMatchObject({
    workers_dev: false,
    preview_urls: false,
    routes: [{ pattern: "mcp.acme.example", custom_domain: true }],
    vars: { TENANT: "acme", PUBLIC_URL: "https://mcp.acme.example" },
  });
  const below = { ...acme, workers_dev: true, public_url: "https://sallyport-acme.sub.workers.dev" };
  expect(renderConfig(base, below, NOTHING)).not.toHaveProperty("routes");
});

test("a kind of resource that tenants might share stops the command instead of being shared", () => {
  const toml = `name = "sallyport"\nmain = "src/index.ts"\n[[r2_buckets]]\nbinding = "B"\nbucket_name = "b"\n`;
  expect(() => parseBaseConfig(toml)).toThrow("r2_buckets");
});

test("limits are counted for each tenant by itself", () => {
  const limited = {
    ...base,
    ratelimits: [{ name: "LIMIT", namespace_id: "1001", simple: { limit: 1, period: 60 } }],
  };
  const ids = ["acme", "globex"].map((name) => {
    const { ratelimits } = renderConfig(limited, { ...acme, name }, NOTHING) as {
      ratelimits: { namespace_id: string }[];
    };
    return ratelimits[0]?.namespace_id;
  });
  expect(new Set(["1001", ...ids]).size).toBe(3);
  for (const id of ids) expect(Number(id)).toBeGreaterThan(0);
});

test("a deployment by button asks for the secrets that are required, and suggests no value", async () => {
  const lines = (await readFile(".dev.vars.example", "utf8"))
    .split("\n")
    .filter((line) => /^[^#]/.test(line));
  expect(lines.toSorted()).toEqual(base.secrets.required.map((name) => `${name}=`).toSorted());
});
