/** Ends a child process with its parent, whatever ended that. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

// Reads the ids of the children, one line for each change, until the pipe ends; which it does when this process
// is gone, however it went. Then it ends whoever is left.
const SENTINEL = `
  children=
  while read -r line; do children=$line; done
  [ -z "$children" ] || kill -KILL $children
`;

const alive = new Set<ChildProcess>();
let sentinel: ChildProcess | undefined;

/**
 * Makes sure that `child` doesn't outlive this process, even when this process is ended by SIGKILL and can't say
 * goodbye: workerd goes on serving its port when whoever started it is gone.
 */
export function dieWithParent(child: ChildProcess): void {
  alive.add(child);
  child.once("exit", () => {
    alive.delete(child);
    announce();
  });
  announce();
}

function announce(): void {
  sentinel ??= startSentinel();
  sentinel.stdin?.write(`${[...alive].map(({ pid }) => pid).join(" ")}\n`);
}

/** In a process group of its own, so that what ends this process's group leaves it alone. */
function startSentinel(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SENTINEL], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  // A sentinel that somebody ended must not take this process with it.
  child.stdin.on("error", () => {});
  // A pipe is a socket to Node, whatever its type says; it must not keep this process alive.
  (child.stdin as Socket).unref();
  return child;
}
