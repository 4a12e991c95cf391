import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startTestInstance } from "../support/instance.ts";

const DEMO = join(import.meta.dirname, "../../cli/demo.ts");

it("the demo tells its story to the end, and the audit of it verifies", { timeout: 120_000 }, async () => {
  const instance = await startTestInstance();
  try {
    const demo = await run({
      PORT: new URL(instance.url).port,
      LAB_URL: instance.lab.url,
      STATE_DIR: instance.stateDir,
    });
    expect(demo.errors).toBe("");
    expect(demo.code).toBe(0);
    const scenes = demo.output.filter((line) => /^ *\d+\. /.test(line)).length;
    expect(scenes).toBeGreaterThan(30);
    expect(demo.output.at(-1)).toBe(`All ${scenes} scenes held.`);
  } finally {
    await instance.dispose();
  }
});

it("the demo says what to do when nothing runs", async () => {
  const demo = await run({ PORT: "1" });
  expect(demo.code).toBe(1);
  expect(demo.errors).toContain("npm start");
});

interface Ended {
  readonly code: number | null;
  /** Lines that aren't empty. */
  readonly output: string[];
  readonly errors: string;
}

async function run(environment: Record<string, string>): Promise<Ended> {
  const { LAB_PORT: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", DEMO], {
    env: { ...inherited, NODE_OPTIONS: "--disable-warning=ExperimentalWarning", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = await once(child, "close");
  return { code, output: output.split("\n").filter((line) => line !== ""), errors };
}
