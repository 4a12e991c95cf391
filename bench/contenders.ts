import { dirname, join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from "miniflare";
import { instanceEnvironment } from "../cli/local/local-environment.ts";
import { applyMigrations } from "../cli/local/migrate.ts";
import { freePort, LOOPBACK } from "../cli/local/ports.ts";
import { readWorkerConfig, type WorkerConfig } from "../cli/local/worker-config.ts";
import { bundle, SALLYPORT_CONFIG, workerSource } from "./bundle.ts";

/** What is measured is what a call costs, not how many a person may make: limits that nothing here can reach. */
const NO_LIMITS = {
  LIMIT_SESSION_PER_MINUTE: "1000000000",
  LIMIT_PERSON_PER_MINUTE: "1000000000",
  VENDOR_BUDGETS: JSON.stringify({ crowdstrike: 1_000_000_000 }),
};

/** One server that is measured, in a runtime of its own. */
export interface Contender {
  readonly name: string;
  /** `http://localhost:<port>/mcp` */
  readonly mcp_url: string;
  /** Requests that it has sent to the vendor so far. */
  readonly vendorRequests: () => Promise<number>;
  /** Sallyport's audit database. */
  readonly database: () => Promise<D1Database>;
  /** The bundled module. */
  readonly script: string;
  /** Where its inspector listens, if it was started with one. */
  readonly inspector: () => Promise<string>;
  /** Gives one of Sallyport's objects a past. */
  readonly fill: (what: Past) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Events in a session's chain, or operations on a device. */
export type Past =
  | { readonly session: string; readonly events: number }
  | { readonly device: string; readonly operations: number };

const FILLED_AT_ONCE = 5_000;

/** Where a run keeps its bundles and what the contenders store. */
export interface Workspace {
  readonly directory: string;
}

const VENDOR = "vendor";
const VENDOR_URL = "https://vendor.test";
const COMPATIBILITY = {
  compatibilityDate: "2026-10-01",
  compatibilityFlags: ["nodejs_compat", "global_fetch_strictly_public"],
};

/** More than twenty state changes of one person would wait for an approver; here nobody approves. */
const GATE_POLICY = JSON.stringify({
  version: "bench",
  rules: [{ when: { roles: ["responder"] }, decision: "go", because: "the bench measures what goes" }],
});

let config: Promise<WorkerConfig> | undefined;

/** What a contender adds to the options of its Worker: bindings, objects, queues. */
type RuntimeOptions = Readonly<Record<string, unknown>>;

/** The stateless template, as `workers/<name>.ts` has it. */
export function startHandlerTemplate(
  workspace: Workspace,
  name: "template-handler" | "template-prepared",
  inspected = false,
): Promise<Contender> {
  return startTemplate(workspace, { entry: name, inspected }, {});
}

/** The stateful template. */
export function startAgentTemplate(workspace: Workspace, name = "template-agent"): Promise<Contender> {
  const MCP_OBJECT = { className: "TemplateAgent", useSQLite: true };
  return startTemplate(workspace, { entry: "template-agent", name }, { durableObjects: { MCP_OBJECT } });
}

/** What makes an object for each request, and nothing else. */
export function startNewObjects(workspace: Workspace): Promise<Contender> {
  const ONE_ROW = { className: "OneRow", useSQLite: true };
  return startTemplate(workspace, { entry: "new-object" }, { durableObjects: { ONE_ROW } });
}

/** How this Sallyport differs from the one that is deployed. */
export interface SallyportOptions {
  /** The Worker's main module, of those in `workers`. */
  readonly entry?: string;
  /** In place of what the deployment is made of: a module of `workers`. */
  readonly catalogue?: string;
  /** Whether it can be profiled. */
  readonly inspected?: boolean;
}

/** Sallyport as it is deployed, with the one vendor for CrowdStrike. */
export async function startSallyport(
  workspace: Workspace,
  name: string,
  { entry = "sallyport", catalogue, inspected = false }: SallyportOptions = {},
): Promise<Contender> {
  const instead = catalogue === undefined ? {} : { "./deployment.ts": workerSource(catalogue) };
  config ??= readWorkerConfig(join(import.meta.dirname, ".."));
  const { options, migrations, ...declared } = await config;
  const [script, port] = await Promise.all([
    bundle(entry, workspace.directory, { as_in: SALLYPORT_CONFIG, instead }),
    freePort(),
  ]);
  const local = { publicUrl: `http://localhost:${port}`, labUrl: "http://localhost:9" };
  const bindings = instanceEnvironment(
    declared,
    local,
    {},
    { CROWDSTRIKE_BASE_URL: VENDOR_URL, GATE_POLICY, ...NO_LIMITS },
  );
  const contender = await start(workspace, { name, port, script, inspected }, { ...options, bindings });
  await applyMigrations(await contender.database(), migrations);
  return contender;
}

interface TemplateOptions {
  /** The Worker's main module, of those in `workers`. */
  readonly entry: string;
  /** Unlike any other contender's. */
  readonly name?: string;
  readonly inspected?: boolean;
}

async function startTemplate(
  workspace: Workspace,
  { entry, name = entry, inspected = false }: TemplateOptions,
  options: RuntimeOptions,
): Promise<Contender> {
  const [script, port] = await Promise.all([bundle(entry, workspace.directory), freePort()]);
  const bindings = { MCP_RESOURCE: `http://localhost:${port}/mcp`, VENDOR_BASE_URL: VENDOR_URL };
  const kvNamespaces = { OAUTH_KV: "oauth" };
  return start(
    workspace,
    { name, port, script, inspected },
    { ...COMPATIBILITY, ...options, kvNamespaces, bindings },
  );
}

interface Started {
  readonly name: string;
  readonly port: number;
  readonly script: string;
  readonly inspected?: boolean;
}

async function start(
  { directory }: Workspace,
  { name, port, script, inspected = false }: Started,
  options: RuntimeOptions,
): Promise<Contender> {
  const vendor = await bundle(VENDOR, directory);
  const modules = (path: string) => ({ modules: true, scriptPath: path, modulesRoot: dirname(path) });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: LOOPBACK,
      port,
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: ({ message }) => process.stderr.write(`${name}: ${message}\n`),
      cf: false,
      ...(inspected ? { inspectorPort: 0 } : {}),
      telemetry: { enabled: false },
      resourcePersistencePath: join(directory, name, "state"),
      workers: [
        { ...options, ...modules(script), name: "contender", outboundService: VENDOR } as V4WorkerOptions,
        { ...COMPATIBILITY, ...modules(vendor), name: VENDOR } as V4WorkerOptions,
      ],
    }),
  );
  await miniflare.ready;
  return {
    name,
    mcp_url: `http://localhost:${port}/mcp`,
    script,
    async inspector() {
      const list = new URL("/json", (await miniflare.getInspectorURL()).href.replace(/^ws/, "http"));
      const isolates = (await (await fetch(list)).json()) as {
        title: string;
        webSocketDebuggerUrl: string;
      }[];
      const found = isolates.find(({ title }) => title.includes("contender"));
      if (found === undefined) throw new Error("the inspector doesn't show the Worker");
      return found.webSocketDebuggerUrl;
    },
    async vendorRequests() {
      const worker = await miniflare.getWorker(VENDOR);
      return (await (await worker.fetch(`${VENDOR_URL}/requests`)).json()) as number;
    },
    database: async () => (await miniflare.getD1Database("DB", "contender")) as unknown as D1Database,
    async fill(what) {
      // In parts: a single one would hold the object, and everything else in its runtime, for as long as it takes.
      const [[whose, name] = ["", ""], [kind, count] = ["", 0]] = Object.entries(what);
      for (let left = Number(count); left > 0; left -= FILLED_AT_ONCE) {
        await fillPart(port, { [whose]: name, [kind]: Math.min(left, FILLED_AT_ONCE) });
      }
    },
    dispose: () => miniflare.dispose(),
  };
}

async function fillPart(port: number, what: Readonly<Record<string, string | number>>): Promise<void> {
  const query = new URLSearchParams(Object.entries(what).map(([name, value]) => [name, String(value)]));
  const answer = await fetch(`http://localhost:${port}/bench/fill?${query}`);
  if (!answer.ok) throw new Error(`filling ended with ${answer.status}: ${await answer.text()}`);
}
