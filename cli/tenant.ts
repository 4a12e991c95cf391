/**
 * `npm run tenant -- create NAME`, `list`, `rotate NAME SECRET…` and `destroy NAME`, each with `--dry-run`: a
 * tenant's own instance on Cloudflare, by wrangler's commands. docs/deploy.md walks through it.
 */
import { text as readStream } from "node:stream/consumers";
import { input, password } from "@inquirer/prompts";
import { Command, InvalidArgumentError, Option } from "commander";
import { examine } from "./doctor/examine.ts";
import { printReport } from "./doctor/report.ts";
import { lookUp } from "./tenant/account.ts";
import { type BaseConfig, readBaseConfig } from "./tenant/base-config.ts";
import { createTenant, rehearse } from "./tenant/create.ts";
import { type Choices, decide } from "./tenant/decide.ts";
import { destroyTenant } from "./tenant/destroy.ts";
import { knownTenants, TenantFolder } from "./tenant/folder.ts";
import { tenantNameProblem } from "./tenant/name.ts";
import { destructionSteps, exportStep, type Step, secretStep } from "./tenant/plan.ts";
import { resourcesOf, secretsOf } from "./tenant/render.ts";
import { previousOf, rotateSecrets, rotationProblem } from "./tenant/rotate.ts";
import { fromJson, isGenerated, type SecretSource, typedSecret, withGenerated } from "./tenant/secrets.ts";
import { JURISDICTIONS, settingsProblems, type TenantSettings } from "./tenant/settings.ts";
import { standingOf } from "./tenant/standing.ts";
import { Wrangler, wranglerProgram } from "./tenant/wrangler.ts";

const ROOT = process.cwd();
/** Stands for a URL that isn't decided, in a rehearsal. The domain is nobody's (RFC 2606 §2). */
const UNDECIDED = "https://undecided.invalid";

const program = new Command("tenant").description("A tenant's own instance on Cloudflare.");
const secretsStdin = () => new Option("--secrets-stdin", "take secrets from stdin, as one JSON object");
const dryRun = () => new Option("--dry-run", "say what would be done, and do nothing");

program
  .command("create")
  .description("bring a tenant up, or finish what a broken run left, or deploy it anew")
  .argument("<name>", "the tenant", tenantName)
  .option("--url <origin>", "where clients reach it: https and the host of a domain in the account")
  .addOption(
    new Option("--workers-dev <subdomain>", "serve it below the account's SUBDOMAIN.workers.dev").conflicts(
      "url",
    ),
  )
  .option("--account <id>", "the Cloudflare account, if there are several")
  .addOption(new Option("--jurisdiction <where>", "where data is kept").choices(JURISDICTIONS))
  .addOption(new Option("--placement <how>", "where the Worker runs").choices(["smart"]))
  .option("--without <vendor...>", "vendors that the tenant doesn't have, such as okta or tenable")
  .option("--set <variable=value...>", "a variable of the tenant's", variables, {})
  .addOption(secretsStdin())
  .addOption(dryRun())
  .action(create);
program
  .command("list")
  .description("the tenants that this checkout knows, and what the account has of them")
  .addOption(dryRun())
  .action(list);
program
  .command("rotate")
  .description("give secrets new values")
  .argument("<name>", "the tenant", tenantName)
  .argument("[secrets...]", "their names")
  .addOption(secretsStdin())
  .addOption(dryRun())
  .action(rotate);
program
  .command("destroy")
  .description("export and verify the audit, then remove everything of the tenant's")
  .argument("<name>", "the tenant", tenantName)
  .option("--confirm <name>", "the tenant's name once more, where nobody can be asked")
  .option("--despite-audit", "go on even if the audit can't be exported or doesn't verify", false)
  .addOption(dryRun())
  .action(destroy);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

interface Common {
  readonly dryRun?: boolean;
  readonly secretsStdin?: boolean;
}

async function create(name: string, options: Choices & Common): Promise<void> {
  const base = await readBaseConfig(ROOT);
  const folder = new TenantFolder(ROOT, name);
  const rehearsed = options.dryRun === true;
  const decided = await decide(base, name, await folder.settings(), options, async (variable, of_the_lab) =>
    rehearsed || !process.stdin.isTTY ? "" : input({ message: `${variable} (the lab's is ${of_the_lab})` }),
  );
  const problems = settingsProblems(base, decided);
  if (rehearsed) return showRehearsal(base, decided, folder, problems);
  if (problems.length > 0) throw new Error(problems.join("\n"));

  await folder.saveSettings(decided);
  await createTenant({
    base,
    settings: decided,
    folder,
    wrangler: wranglerFor(decided),
    secrets: secretSource(options),
    say: console.log,
  });
  console.log(`deployed: ${decided.public_url}/mcp`);
  await runDoctor(decided.public_url);
}

function showRehearsal(
  base: BaseConfig,
  settings: TenantSettings,
  folder: TenantFolder,
  problems: readonly string[],
): void {
  const public_url = settings.public_url || UNDECIDED;
  const { config, steps, generated, asked } = rehearse(base, { ...settings, public_url }, folder.config);
  console.log(`# ${folder.config}\n${JSON.stringify(config, null, 2)}\n`);
  show(steps);
  console.log(`\n# secrets made here, and seen by nobody: ${generated.join(", ") || "none"}`);
  console.log(`# secrets asked for: ${asked.join(", ") || "none"}`);
  console.log(`\n# then: npm run doctor -- ${public_url}`);
  if (problems.length > 0)
    console.log(`\n# to be decided first:\n${problems.map((it) => `#   ${it}`).join("\n")}`);
}

async function list({ dryRun: rehearsed }: Common): Promise<void> {
  const base = await readBaseConfig(ROOT);
  for (const name of await knownTenants(ROOT)) {
    const settings = await new TenantFolder(ROOT, name).settings();
    if (settings === null) continue;
    const resources = resourcesOf(base, name);
    const about = { name, public_url: settings.public_url };
    if (rehearsed) console.log(JSON.stringify({ ...about, resources }));
    else {
      const found = await lookUp(wranglerFor(settings), resources);
      console.log(JSON.stringify({ ...about, ...standingOf(resources, secretsOf(base, settings), found) }));
    }
  }
}

async function rotate(name: string, names: readonly string[], options: Common): Promise<void> {
  const base = await readBaseConfig(ROOT);
  const settings = await settingsOf(name);
  const problem = rotationProblem(base, settings, names);
  if (problem !== null) throw new Error(problem);
  const all = [...names, ...previousOf(base, names)];
  if (options.dryRun) return show([secretStep(resourcesOf(base, name).worker, all)]);
  const secrets = secretSource(options);
  await rotateSecrets({ base, settings, wrangler: wranglerFor(settings), secrets, names, say: console.log });
  await runDoctor(settings.public_url);
}

async function destroy(
  name: string,
  { dryRun: rehearsed, confirm, despiteAudit }: Common & { confirm?: string; despiteAudit: boolean },
): Promise<void> {
  const base = await readBaseConfig(ROOT);
  const folder = new TenantFolder(ROOT, name);
  const settings = await folder.settings();
  const wrangler = wranglerFor(settings ?? {});
  const resources = resourcesOf(base, name);
  if (rehearsed) {
    const everything = {
      d1: new Map(resources.d1.map((database) => [database, "ID"])),
      kv: new Map(resources.kv.map((title) => [title, "ID"])),
      queues: new Set(resources.queues),
      secrets: new Set<string>(),
    };
    const exports = resources.d1.map((database) =>
      exportStep(database, `${folder.path}/${database}-NOW.sql`),
    );
    return show([...exports, ...destructionSteps(resources, everything)]);
  }
  const typed = confirm ?? (await input({ message: `Everything of ${name} will be gone. Type its name` }));
  if (typed !== name) throw new Error("that isn't the tenant's name: nothing was destroyed");
  const at = new Date().toISOString();
  const despite_audit = despiteAudit;
  await destroyTenant({ base, tenant: name, folder, wrangler, despite_audit, at, say: console.log });
  console.log(`destroyed. What was exported is in ${folder.path}`);
}

function show(steps: readonly Step[]): void {
  for (const { does, args, secrets } of steps) {
    console.log(`# ${does}${secrets === undefined ? "" : `, on stdin: ${secrets.join(", ")}`}`);
    console.log(`wrangler ${args.join(" ")}`);
  }
}

function wranglerFor({ account_id }: Pick<TenantSettings, "account_id"> | Record<string, never>): Wrangler {
  return new Wrangler(wranglerProgram({ cwd: ROOT, account_id }));
}

async function settingsOf(name: string): Promise<TenantSettings> {
  const settings = await new TenantFolder(ROOT, name).settings();
  if (settings === null) throw new Error(`this checkout knows no tenant ${name}: npm run tenant -- list`);
  return settings;
}

/** Typed without being shown, or piped in: never an argument, which would stay in the shell's history. */
function secretSource({ secretsStdin: piped }: Common): SecretSource {
  if (piped) {
    return withGenerated(async (required, optional) =>
      fromJson(await readStream(process.stdin))(required, optional),
    );
  }
  return withGenerated(async (required, optional) => {
    const values: Record<string, string> = {};
    for (const name of required)
      values[name] = await typed(name, "not shown; @FILE reads it from a file", true);
    for (const name of optional)
      values[name] = await typed(name, `not shown; empty: ${withoutIt(name)}`, false);
    return values;
  });
}

async function typed(name: string, hint: string, needed: boolean): Promise<string> {
  const validate = (text: string): boolean | string => !needed || text.trim() !== "" || `${name} is needed`;
  return typedSecret(await password({ message: `${name} (${hint})`, validate }));
}

function withoutIt(name: string): string {
  if (isGenerated(name)) return "one is made that nobody sees";
  return "the value until now is not accepted any more";
}

async function runDoctor(url: string): Promise<void> {
  const report = await examine({ url });
  printReport(report, console.log);
  if (!report.ok) process.exitCode = 1;
}

function tenantName(name: string): string {
  const problem = tenantNameProblem(name);
  if (problem !== null) throw new InvalidArgumentError(problem);
  return name;
}

function variables(text: string, others: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("must be VARIABLE=VALUE");
  return { ...others, [text.slice(0, at)]: text.slice(at + 1) };
}
