/**
 * `npm start`: the lab and the Worker on this machine, with one line on stdout once both answer. PORT, LAB_PORT,
 * STATE_DIR and LAB_URL move things; every variable and secret of wrangler.toml can be set in the environment.
 */
import { Command } from "commander";
import { bundleWorker } from "./local/bundle.ts";
import { healthOf } from "./local/health.ts";
import { startInstance } from "./local/instance.ts";
import { startLabProcess } from "./local/lab-process.ts";
import { portFrom, portIsFree } from "./local/ports.ts";
import { lockState } from "./local/state-lock.ts";
import { hasWayOut } from "./local/way-out.ts";

new Command("start")
  .description("Starts the lab and the Worker on this machine, and prints one line once both answer.")
  .addHelpText(
    "after",
    "\nEnvironment: PORT (8787), LAB_PORT (8790), STATE_DIR (.state), LAB_URL for a lab that runs already,\nand every variable and secret of wrangler.toml.",
  )
  .parse();

const PARENT_CHECK_MS = 200;
const STOP_PATIENCE_MS = 8_000;

/** What was started, to be ended in the opposite order. */
const started: (() => Promise<void>)[] = [];
let stopping = false;

async function start(): Promise<void> {
  const port = portFrom(process.env, "PORT", 8787);
  const labPort = portFrom(process.env, "LAB_PORT", 8790);
  const stateDir = process.env.STATE_DIR || ".state";
  const givenLab = process.env.LAB_URL ? originFrom("LAB_URL", process.env.LAB_URL) : undefined;
  if (givenLab === undefined && port === labPort) throw new Error(`PORT and LAB_PORT are both ${port}`);

  lockState(stateDir);
  stopOnSignals();
  await portIsFree("PORT", port);
  const [labUrl, environment] = await Promise.all([
    givenLab === undefined ? startLab(labPort, stateDir) : givenLab,
    waysIn(),
    bundleWorker(),
  ]);
  const instance = await startInstance({ port, stateDir, labUrl, environment });
  started.push(instance.dispose);
  const { serving, problems } = await healthOf(instance.url);
  const report = ["the instance has problems:", ...problems].join("\n  ");
  if (!serving) throw new Error(report);
  if (problems.length > 0) console.error(report);

  const { url } = instance;
  const ready = { mcp: `${url}/mcp`, console: `${url}/console`, health: `${url}/healthz`, lab: labUrl };
  process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
}

/**
 * Clients that publish what they are never register where published clients are taken, and can't sign in where their
 * document can't be fetched. Without a way out they are told to register.
 */
async function waysIn(): Promise<Record<string, string>> {
  if (process.env.CIMD !== undefined || (await hasWayOut())) return {};
  console.error("no way out to the internet: clients register here, and publish nothing (CIMD=off)");
  return { CIMD: "off" };
}

async function startLab(port: number, stateDir: string): Promise<string> {
  await portIsFree("LAB_PORT", port);
  const lab = startLabProcess({ port, stateDir });
  started.push(lab.stop);
  const url = await lab.url;
  console.error(`lab: process ${lab.pid}`);
  void lab.ended.then((reason) => {
    if (!stopping) fail(new Error(reason));
  });
  return url;
}

function originFrom(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  throw new Error(`${name} must be an http or https URL, not "${text}"`);
}

function stopOnSignals(): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => void stop(0));
  // npm passes SIGTERM on, but can't pass on the SIGKILL that ends it; then this process has a new parent.
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void stop(0), PARENT_CHECK_MS).unref();
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Whatever doesn't end by itself in time ends with this process.
  setTimeout(() => process.exit(code), STOP_PATIENCE_MS).unref();
  for (const end of started.reverse()) await end().catch((error: unknown) => console.error(error));
  process.exit(code);
}

function fail(error: unknown): void {
  if (!stopping) console.error(error instanceof Error ? error.message : error);
  void stop(1);
}

start().catch(fail);
