import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { queryDatabase } from "../../cli/local/database-file.ts";
import { type Instance, type InstanceOptions, startInstance } from "../../cli/local/instance.ts";
import { freePort } from "../../cli/local/ports.ts";
import { type Lab, startLab } from "../../lab/lab.ts";

const START_PATIENCE_MS = 30_000;
const START_POLL_MS = 20;

/** What a test may decide about its instance. */
export interface TestInstanceOptions
  extends Pick<InstanceOptions, "arrange" | "environment" | "outbound" | "log" | "project"> {
  /** Puts something into the directory of the state before anything starts. */
  readonly prepare?: (stateDir: string) => Promise<void>;
}

/** An instance with a lab of its own, on ports and state that nobody else uses. */
export interface TestInstance {
  /** Its origin. It stays the same over a restart, so that tokens keep their resource. */
  readonly url: string;
  readonly stateDir: string;
  readonly lab: Lab;
  /** What runs at the moment; another one after {@link TestInstance.restart}. */
  current(): Instance;
  /** Rows of the audit database, whether the instance runs or not. */
  sql<Row>(query: string, ...parameters: SQLInputValue[]): Row[];
  /** SIGKILLs the runtime. Nothing answers until {@link TestInstance.restart}. */
  kill9(): Promise<void>;
  /** SIGKILLs the runtime, which is started again at once. {@link TestInstance.up} says when. */
  crash(): void;
  /** Resolves when the instance answers. @throws Error when it doesn't for half a minute */
  up(): Promise<void>;
  /**
   * Starts the Worker again, on the same state and URL; one that still runs is killed first.
   * @param environment what goes before what it was first started with, until the next restart
   */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends everything and removes its state. */
  dispose(): Promise<void>;
}

/** Starts an instance and its lab. The caller disposes of it. */
export async function startTestInstance({
  prepare,
  ...options
}: TestInstanceOptions = {}): Promise<TestInstance> {
  const stateDir = await mkdtemp(join(tmpdir(), "sallyport-"));
  await prepare?.(stateDir);
  const lab = await startLab({ port: 0, stateDir });
  const port = await freePort();
  const start = async (changed: Readonly<Record<string, string>> = {}): Promise<Instance> => {
    const environment = { ...options.environment, ...changed };
    return startInstance({ ...options, environment, port, stateDir, labUrl: lab.url });
  };

  let instance: Instance | undefined = await start();
  const current = (): Instance => {
    if (instance === undefined) throw new Error("the instance was killed and not restarted");
    return instance;
  };
  const kill9 = async (): Promise<void> => {
    const killed = current();
    instance = undefined;
    process.kill(killed.workerdPid(), "SIGKILL");
    // Otherwise the runtime would be started again right away.
    await killed.dispose();
  };
  return {
    url: instance.url,
    stateDir,
    lab,
    current,
    sql: <Row>(query: string, ...parameters: SQLInputValue[]) =>
      queryDatabase(stateDir, query, ...parameters) as Row[],
    kill9,
    crash: () => void process.kill(current().workerdPid(), "SIGKILL"),
    up: () => answers(`${current().url}/healthz`),
    async restart(environment) {
      if (instance !== undefined) await kill9();
      instance = await start(environment);
    },
    async dispose() {
      await instance?.dispose();
      await lab.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + START_PATIENCE_MS;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    if (Date.now() > until) throw new Error(`${url} doesn't answer`);
    await sleep(START_POLL_MS);
  }
}
