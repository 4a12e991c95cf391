/** `npm run demo`: a scripted MCP client tells the whole story against an instance that runs (`npm start`). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { LabControls } from "./demo/lab.ts";
import { Narrator } from "./demo/narrator.ts";
import { tell } from "./demo/story.ts";
import { AUDIT } from "./local/places.ts";
import { portFrom } from "./local/ports.ts";

/** How long the audit database may take to hold everything, in seconds. */
const DRAIN_S = 60;

new Command("demo")
  .description("Tells the whole story, faults included, against an instance and a lab that run (npm start).")
  .addHelpText("after", "\nEnvironment: PORT (8787), LAB_PORT (8790) or LAB_URL.")
  .parse();

const narrator = new Narrator();

try {
  const url = `http://localhost:${portFrom(process.env, "PORT", 8787)}`;
  const lab = process.env.LAB_URL || `http://localhost:${portFrom(process.env, "LAB_PORT", 8790)}`;
  await reachable(url);
  await tell({ mcpUrl: `${url}/mcp`, lab: new LabControls(lab), narrator });
  narrator.chapter("The audit");
  const summary = await verify();
  narrator.scene(
    "Every chain verifies, and the database holds every live head",
    summary !== null,
    summary ?? "",
  );
  console.log(`\nAll ${narrator.told} scenes held.`);
} catch (thrown) {
  console.error(`\ndemo: ${thrown instanceof Error ? thrown.message : thrown}`);
  process.exitCode = 1;
}

async function reachable(url: string): Promise<void> {
  const answer = await fetch(`${url}/healthz`).catch(() => null);
  if (answer?.ok !== true)
    throw new Error(`nothing healthy answers at ${url}: start it first, with npm start`);
}

/** What `npm run audit -- verify --wait` says, or `null` if it fails or something is still on its way. */
async function verify(): Promise<string | null> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", AUDIT, "verify", "--wait", String(DRAIN_S)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const [summary, words, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  if (code === 0 && (JSON.parse(summary) as { in_flight: number }).in_flight === 0) return summary.trim();
  process.stderr.write(`${summary}${words}`);
  return null;
}
