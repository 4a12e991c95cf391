/** Starts the Worker in workerd on this machine, with its state on disk. */
import type { ChildProcess } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { dirname } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from "miniflare";
import { type Bundle, bundleWorker } from "./bundle.ts";
import { everyMinute } from "./cron.ts";
import { dieWithParent } from "./die-with-parent.ts";
import { instanceEnvironment } from "./local-environment.ts";
import { applyMigrations } from "./migrate.ts";
import { LOOPBACK } from "./ports.ts";

/** Where an instance listens, what it keeps, and whom it asks. */
export interface InstanceOptions {
  /** Known beforehand, because the instance's own URL is part of its configuration. */
  readonly port: number;
  /** Directory for the database, the key-value store and the objects. Created when it doesn't exist. */
  readonly stateDir: string;
  /** Origin of a lab that runs. */
  readonly labUrl: string;
  /** Variables and secrets that go before the process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers the Worker's own requests in place of the network. */
  readonly outbound?: V4WorkerOptions["outboundService"];
  /** The project to build. This one, unless it says otherwise. */
  readonly project?: string;
  /** Puts other Workers beside this one, or gives some of its objects to them. */
  readonly arrange?: (worker: V4WorkerOptions) => V4WorkerOptions[];
  /** Takes what the runtime has to say, a line at a time. Standard error, unless it says otherwise. */
  readonly log?: (line: string) => void;
}

/** A Worker that runs in workerd, as it would in production, with its state on disk. */
export interface Instance {
  /** Its origin, `http://localhost:<port>`. */
  readonly url: string;
  readonly miniflare: Miniflare;
  /** Process id of the runtime. Another one after it crashed and was started again. */
  readonly workerdPid: () => number;
  /** The audit database. To be asked for again after a crash. */
  readonly database: () => Promise<D1Database>;
  /** Runs the scheduled handler now, as each full minute does. */
  readonly runScheduled: (scheduledTime: Date) => Promise<void>;
  /** Ends the runtime as a crash would: nothing that was acknowledged may depend on a goodbye. */
  readonly dispose: () => Promise<void>;
}

/**
 * Starts the Worker with its migrations applied. A runtime that crashes is started again on the same port.
 * @throws Error when the sources don't build, a secret has no value, or the port is taken.
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const bundle = await bundleWorker(options.project);
  const url = `http://localhost:${options.port}`;
  const bindings = instanceEnvironment(
    bundle.config,
    { publicUrl: url, labUrl: options.labUrl },
    process.env,
    options.environment,
  );

  const runtime = watchRuntime(options.port);
  const miniflare = withoutSignalHandlers(() => new Miniflare(miniflareOptions(bundle, bindings, options)));
  let stopCron = (): void => {};
  const instance: Instance = {
    url,
    miniflare,
    workerdPid: runtime.pid,
    // Miniflare's types name the same interface of another release of the types package.
    database: async () => (await miniflare.getD1Database(bundle.config.database)) as unknown as D1Database,
    // Over HTTP: Miniflare's own handle blocks this process until the runtime answers, and one that was killed
    // in that moment never does.
    async runScheduled(scheduledTime) {
      for (const cron of bundle.config.crons) {
        const when = new URLSearchParams({ cron, time: String(scheduledTime.getTime()) });
        const { ok, status } = await fetch(`${url}/cdn-cgi/local/scheduled?${when}`);
        if (!ok) throw new Error(`the scheduled handler ended with ${status}`);
      }
    },
    async dispose() {
      stopCron();
      await miniflare.dispose();
      runtime.stop();
    },
  };
  try {
    await miniflare.ready;
    await applyMigrations(await instance.database(), bundle.config.migrations);
  } catch (error) {
    await instance.dispose();
    throw error;
  }
  stopCron = everyMinute(instance.runScheduled, (error) => console.error("scheduled:", error));
  return instance;
}

function miniflareOptions(
  { script, config }: Bundle,
  bindings: Record<string, string>,
  { port, stateDir, outbound, arrange = (worker) => [worker], log = toStderr }: InstanceOptions,
): ConstructorParameters<typeof Miniflare>[0] {
  return convertV4MiniflareOptions({
    host: LOOPBACK,
    port,
    log: new LineLog(LogLevel.WARN, log),
    logRequests: false,
    // For runScheduled. Miniflare answers it to this machine's own names only.
    unsafeTriggerHandlers: true,
    handleStructuredLogs: ({ message }) => log(message),
    // Nothing may be fetched from outside in order to start.
    cf: false,
    telemetry: { enabled: false },
    resourcePersistencePath: stateDir,
    workers: arrange({
      ...config.options,
      name: config.name,
      modules: true,
      scriptPath: script,
      modulesRoot: dirname(script),
      bindings,
      ...(outbound === undefined ? {} : { outboundService: outbound }),
    }),
  });
}

/**
 * Miniflare exits the process on a signal, before anybody else can end what they started. What a signal does is for
 * whoever owns the process to say.
 */
function withoutSignalHandlers<Made>(make: () => Made): Made {
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const made = make();
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.has(listener)) process.off(signal, listener);
    }
  }
  return made;
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Miniflare writes to stdout by itself, where a started instance says one thing only. */
class LineLog extends Log {
  readonly #line: (line: string) => void;

  constructor(level: LogLevel, line: (line: string) => void) {
    super(level);
    this.#line = line;
  }

  protected override log(message: string): void {
    this.#line(message);
  }
}

/** Follows the workerd that Miniflare starts for `port`, and the ones it starts after a crash. */
function watchRuntime(port: number): { pid: () => number; stop: () => void } {
  const socket = `=${LOOPBACK}:${port}`;
  let current: ChildProcess | undefined;
  const onChild = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    child.once("spawn", () => {
      if (!child.spawnargs.some((argument) => argument.endsWith(socket))) return;
      current = child;
      dieWithParent(child);
    });
  };
  diagnostics.subscribe("child_process", onChild);
  return {
    pid() {
      if (current?.pid === undefined) throw new Error("the runtime has not been started");
      return current.pid;
    },
    stop: () => void diagnostics.unsubscribe("child_process", onChild),
  };
}
