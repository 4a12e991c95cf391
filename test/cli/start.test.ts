import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort, portIsFree } from "../../cli/local/ports.ts";
import { startLab } from "../../lab/lab.ts";

const ROOT = join(import.meta.dirname, "../..");

const FREED_WITHIN_MS = 20_000;

interface Ready {
  mcp: string;
  console: string;
  health: string;
  lab: string;
}

/** `npm start` as a user runs it, in a process group of its own as a shell would put it. */
class Start {
  readonly npm: ChildProcess;
  readonly #lines: string[] = [];
  #errors = "";
  /** Resolves once nobody holds its output any more: npm, Node and the lab are gone. */
  readonly closed: Promise<number | null>;

  constructor(environment: Record<string, string | undefined>) {
    const { LAB_URL: _url, ...inherited } = process.env;
    this.npm = spawn("npm", ["start"], {
      cwd: ROOT,
      env: { ...inherited, ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.npm.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.closed = once(this.npm, "close").then(([code]) => code as number | null);
  }

  /** The ready line; rejects with what was written to stderr when it ends before. */
  async ready(): Promise<Ready> {
    const stdout = this.npm.stdout;
    if (stdout === null) throw new Error("stdout is not a pipe");
    for await (const line of createInterface(stdout)) {
      this.#lines.push(line);
      if (line.startsWith("ready ")) {
        stdout.on("data", (data: Buffer) => this.#lines.push(data.toString()));
        return JSON.parse(line.slice("ready ".length)) as Ready;
      }
    }
    throw new Error(this.#errors);
  }

  /** What the program itself wrote to stdout: npm says first what it runs. */
  output(): string[] {
    return this.#lines.filter((line) => line !== "" && !line.startsWith("> "));
  }

  /** What it has written to stderr that matches; throws when nothing does so far. */
  said(pattern: RegExp): RegExpExecArray {
    const match = pattern.exec(this.#errors);
    if (match === null) throw new Error(`nothing matches ${pattern} in ${this.#errors}`);
    return match;
  }

  /** What it says when it doesn't start, and its exit code. */
  async failure(): Promise<{ code: number | null; errors: string }> {
    this.npm.stdout?.resume();
    const code = await this.closed;
    return { code, errors: this.#errors };
  }

  killGroup(signal: NodeJS.Signals): void {
    if (this.npm.pid !== undefined) process.kill(-this.npm.pid, signal);
  }
}

let environment: { PORT: string; LAB_PORT: string; STATE_DIR: string };
let starts: Start[];

function start(overrides: Record<string, string | undefined> = {}): Start {
  const started = new Start({ ...environment, ...overrides });
  starts.push(started);
  return started;
}

/** What was ended by force is gone a moment after whoever ended it. */
async function portsAreFreed(): Promise<void> {
  await portIsFree("PORT", Number(environment.PORT), FREED_WITHIN_MS);
  await portIsFree("LAB_PORT", Number(environment.LAB_PORT), FREED_WITHIN_MS);
}

beforeEach(async () => {
  starts = [];
  environment = {
    PORT: String(await freePort()),
    LAB_PORT: String(await freePort()),
    STATE_DIR: await mkdtemp(join(tmpdir(), "sallyport-start-")),
  };
});

afterEach(async () => {
  for (const { npm, closed } of starts) {
    npm.kill("SIGTERM");
    await closed;
  }
  await rm(environment.STATE_DIR, { recursive: true, force: true });
}, 30_000);

test("one line on stdout says where everything is, and everything is there", async () => {
  const started = start();
  const ready = await started.ready();
  const origin = `http://localhost:${environment.PORT}`;
  expect(ready).toEqual({
    mcp: `${origin}/mcp`,
    console: `${origin}/console`,
    health: `${origin}/healthz`,
    lab: `http://localhost:${environment.LAB_PORT}`,
  });
  expect(await (await fetch(ready.health)).json()).toMatchObject({ ok: true });
  expect(await (await fetch(`${ready.lab}/effects`)).json()).toEqual([]);
  expect(started.output()).toHaveLength(1);
});

describe("ending", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s to npm ends everything, with exit code 0", async (signal) => {
    const started = start();
    await started.ready();
    started.npm.kill(signal);
    expect(await started.closed).toBe(0);
    await portsAreFreed();
  });

  test("Ctrl-C, which reaches every process of the group, ends everything with exit code 0", async () => {
    const started = start();
    await started.ready();
    started.killGroup("SIGINT");
    expect(await started.closed).toBe(0);
    await portsAreFreed();
  });

  test("a SIGKILL of everything is followed by a start on what was kept", async () => {
    const { lab } = await killedAfterStart((started) => started.killGroup("SIGKILL"));
    expect(await (await fetch(`${lab}/faults`)).json()).toMatchObject([{ vendor: "crowdstrike" }]);
  });

  test("a SIGKILL of npm alone is followed by a start on what was kept", async () => {
    const { lab } = await killedAfterStart((started) => started.npm.kill("SIGKILL"));
    expect(await (await fetch(`${lab}/faults`)).json()).toMatchObject([{ vendor: "crowdstrike" }]);
  });

  /** Leaves a fault behind in the lab, kills, and starts again at once, with no time for anything to be ended. */
  async function killedAfterStart(kill: (started: Start) => void): Promise<Ready> {
    const first = start();
    const { lab } = await first.ready();
    const fault = { vendor: "crowdstrike", mode: "status", status: 503 };
    await fetch(`${lab}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    });
    kill(first);
    const second = start();
    const ready = await second.ready();
    expect(await (await fetch(ready.health)).json()).toMatchObject({ ok: true });
    return ready;
  }
});

describe("what can't work is named", () => {
  test.each([
    ["PORT", "eighty"],
    ["PORT", "65536"],
    ["LAB_PORT", "-1"],
    ["LAB_URL", "localhost:8790"],
  ])("%s=%s", async (name, value) => {
    const { code, errors } = await start({ [name]: value }).failure();
    expect(errors).toMatch(new RegExp(`${name} must be .* not "${value}"`));
    expect(code).toBe(1);
  });

  test.each(["PORT", "LAB_PORT"] as const)("a %s that is taken", async (name) => {
    const port = Number(environment[name]);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const { code, errors } = await start().failure();
    other.close();
    expect(errors).toContain(`${name} ${port} is already in use`);
    expect(code).toBe(1);
  });

  test("a STATE_DIR that another instance uses", async () => {
    await start().ready();
    const other = { PORT: String(await freePort()), LAB_PORT: String(await freePort()) };
    const { code, errors } = await start(other).failure();
    expect(errors).toContain(`STATE_DIR ${environment.STATE_DIR} is in use`);
    expect(code).toBe(1);
  });
});

test("with LAB_URL, the lab that already runs is used and none is started", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "sallyport-lab-"));
  const lab = await startLab({ port: 0, stateDir });
  const started = start({ LAB_URL: lab.url });
  expect((await started.ready()).lab).toBe(lab.url);
  await portIsFree("LAB_PORT", Number(environment.LAB_PORT), 0);
  await lab.close();
  await rm(stateDir, { recursive: true, force: true });
});

test("when the lab dies, the instance says so and ends", async () => {
  const started = start();
  await started.ready();
  const lab = await vi.waitFor(() => started.said(/lab: process (\d+)/), { timeout: 30_000 });
  process.kill(Number(lab[1]), "SIGKILL");
  const { code, errors } = await started.failure();
  expect(errors).toContain("the lab ended (SIGKILL)");
  expect(code).toBe(1);
});
