import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockState } from "../../../cli/local/state-lock.ts";

const MODULE = join(import.meta.dirname, "../../../cli/local/state-lock.ts");

let stateDir: string;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "sallyport-lock-"));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

test("a process keeps the lock for its life, and no longer, even if it is SIGKILLed", async () => {
  const program = `
    import { setImmediate } from "node:timers/promises";
    import { lockState } from ${JSON.stringify(MODULE)};
    lockState(${JSON.stringify(stateDir)}, 0);
    for (let round = 0; round < 3; round++) {
      await setImmediate();
      globalThis.gc();
    }
    console.log("locked");
    setInterval(() => {}, 1000);
  `;
  const holder = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--expose-gc", "--input-type=module-typescript", "-e", program],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(holder, "exit");
  await once(createInterface(holder.stdout), "line");
  try {
    expect(() => lockState(stateDir, 0)).toThrow(`STATE_DIR ${stateDir} is in use`);
  } finally {
    holder.kill("SIGKILL");
    await ended;
  }
  expect(() => lockState(stateDir, 0)).not.toThrow();
});
