/** `npm run report -- FRAMEWORK`: how an instance that runs (`npm start`) stands to a framework, as a page and JSON. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { FRAMEWORK_IDS, frameworkCalled } from "../src/catalogue/controls/frameworks.ts";
import { portFrom } from "./local/ports.ts";
import { signIn } from "./oauth-client.ts";
import { gatherReport } from "./report/gather.ts";
import { reportPage } from "./report/page.ts";

const SCOPE = "controls:read audit:read";

const command = new Command("report")
  .description("Checks every control of a framework and writes one HTML page and its JSON.")
  .argument("<framework>", `one of ${FRAMEWORK_IDS.join(", ")}`)
  .option("--out <dir>", "where to write", "artefacts/report")
  .option("--user <login>", "lab user to sign in as", "auditor")
  .parse();
const { out, user } = command.opts<{ out: string; user: string }>();
const [name = ""] = command.args;

try {
  const framework = frameworkCalled(name);
  if (framework === null) throw new Error(`${name} is not one of ${FRAMEWORK_IDS.join(", ")}`);
  const origin = `http://localhost:${portFrom(process.env, "PORT", 8787)}`;
  const { access_token } = await signIn({
    mcpUrl: `${origin}/mcp`,
    clientName: "Compliance report",
    user,
    scope: SCOPE,
  });
  const report = await gatherReport(origin, access_token, framework);
  const directory = resolve(out);
  await mkdir(directory, { recursive: true });
  const base = join(directory, `${framework}-${report.generated_at.slice(0, 19).replaceAll(":", "")}Z`);
  const files = { html: `${base}.html`, json: `${base}.json` };
  await writeFile(files.html, await reportPage(report));
  await writeFile(files.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(JSON.stringify({ ...files, ...report.summary }));
} catch (thrown) {
  const { message, cause } = thrown instanceof Error ? thrown : new Error(String(thrown));
  console.error(`report: ${message}${cause instanceof Error ? ` (${cause.message})` : ""}`);
  process.exitCode = 1;
}
