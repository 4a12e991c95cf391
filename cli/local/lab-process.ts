/** Starts the lab as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { dieWithParent } from "./die-with-parent.ts";
import { LAB } from "./places.ts";

/** A lab in a process of its own, as the vendors are: it can end without taking the instance along. */
export interface LabProcess {
  readonly pid: number | undefined;
  /** Its origin, once it answers. Rejects when it ends before that. */
  readonly url: Promise<string>;
  /** Resolves, with the reason in words, when the process has ended. */
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
}

const STOP_PATIENCE_MS = 3_000;

/** Starts `npm run lab`'s program. What it says besides its ready line goes to stderr. */
export function startLabProcess({ port, stateDir }: { port: number; stateDir: string }): LabProcess {
  const child = spawn(process.execPath, [...process.execArgv, LAB], {
    env: { ...process.env, LAB_PORT: String(port), STATE_DIR: stateDir },
    stdio: ["ignore", "pipe", "inherit"],
    // Ctrl-C reaches a whole process group; when the lab ends is for whoever started it to decide.
    detached: true,
  });
  dieWithParent(child);
  const ended = once(child, "exit").then(
    ([code, signal]) => `the lab ended (${signal ?? `exit code ${code}`})`,
  );
  const url = Promise.race([
    readUrl(child),
    ended.then((reason) => Promise.reject<string>(new Error(`${reason} before it was ready`))),
  ]);
  return {
    pid: child.pid,
    url,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const patience = delay(STOP_PATIENCE_MS, undefined, { ref: false });
      if ((await Promise.race([ended, patience])) === undefined) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The lab says `lab {"url": …}` when it answers. */
function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout === null) throw new Error("the lab's output is not a pipe");
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith("lab {")) resolve((JSON.parse(line.slice("lab ".length)) as { url: string }).url);
      else process.stderr.write(`${line}\n`);
    });
  });
}
