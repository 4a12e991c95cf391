import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const MODULE = join(import.meta.dirname, "../../../cli/local/die-with-parent.ts");

/** A process with a child that ignores SIGTERM and holds on to the parent's stdout for as long as it lives. */
function startParent() {
  const program = `
    import { spawn } from "node:child_process";
    import { dieWithParent } from ${JSON.stringify(MODULE)};
    const endless = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log(process.pid)";
    const child = spawn(process.execPath, ["-e", endless], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    dieWithParent(child);
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("a child in a process group of its own ends when its parent is SIGKILLed", async () => {
  const parent = startParent();
  const closed = once(parent, "close");
  const [line] = await once(createInterface(parent.stdout), "line");
  const child = Number(line);
  try {
    parent.kill("SIGKILL");
    // The pipe closes when the last process that holds it, the child, is gone.
    expect(await closed).toEqual([null, "SIGKILL"]);
  } finally {
    // Nothing is left to kill, unless the test fails.
    if (isAlive(child)) process.kill(child, "SIGKILL");
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
