import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const main = fileURLToPath(new URL("../../../lab/main.ts", import.meta.url));

/** The lab as its own process, and what it has printed. */
export interface LabProcess {
  process: ChildProcess;
  /** Resolves with the one line on stdout, parsed; rejects if the process ends without it. */
  ready: Promise<{ url: string; issuer: string }>;
  stdout: () => string;
  stderr: () => string;
  exited: Promise<{ code: number | null; signal: string | null }>;
}

/** Runs `lab/main.ts` the way `npm run lab` does. It is killed when the test is over. */
export function runLab(environment: Record<string, string>): LabProcess {
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...environment } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    child.emit("printed");
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  const line = async (): Promise<{ url: string; issuer: string }> => {
    while (!stdout.includes("\n")) await once(child, "printed");
    return JSON.parse(stdout.slice("lab ".length, stdout.indexOf("\n")));
  };
  const ready = Promise.race([
    line(),
    exited.then(() => {
      throw new Error(`the lab ended: ${stderr}`);
    }),
  ]);
  ready.catch(() => undefined);
  return { process: child, ready, stdout: () => stdout, stderr: () => stderr, exited };
}
