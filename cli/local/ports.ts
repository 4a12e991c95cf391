/** Finds and checks ports on loopback. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Where everything local listens: not reachable from outside the machine. */
export const LOOPBACK = "127.0.0.1";

/** The first port to choose: above what services usually listen on, this project's among them. */
const FIRST = 10_000;
/** Where Linux begins, unless it is told otherwise, to give out ports itself. Other systems begin later. */
const USUAL_END = 32_768;
/** With fewer to choose from, two processes would choose the same too often. */
const ENOUGH = 1_000;

/**
 * The port that the variable `name` asks for.
 * @throws Error naming the variable when it isn't a port.
 */
export function portFrom(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
): number {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Error(`${name} must be a port number from 1 to 65535, not "${text}"`);
}

/**
 * Resolves when the port can be listened on. Waits a moment for a predecessor that is just being ended.
 * @throws Error naming the variable when the port stays taken, or may not be used.
 */
export async function portIsFree(name: string, port: number, patience_ms = 2_000): Promise<void> {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    const code = await listenError(port);
    if (code === undefined) return;
    if (code !== "EADDRINUSE") throw new Error(`${name} ${port} can't be listened on (${code})`);
    if (Date.now() >= deadline) {
      throw new Error(`${name} ${port} is already in use: end what listens there, or choose another ${name}`);
    }
    await delay(50);
  }
}

let next: number | undefined;

/**
 * A port that nobody listens on right now, and that nobody gets from the system by chance: neither to listen on nor to
 * connect from. So it is still free when it is listened on some time later, and again after a restart. Every call of a
 * process gives another one, and each process begins somewhere else.
 * @throws Error when there is none.
 */
export async function freePort(): Promise<number> {
  const [first, end] = chosenFrom(ephemeralRange());
  next ??= randomInt(first, end);
  for (let tried = first; tried < end; tried++) {
    const port: number = next;
    next = port + 1 < end ? port + 1 : first;
    if ((await listenError(port)) === undefined) return port;
  }
  throw new Error(`no port from ${first} to ${end - 1} can be listened on`);
}

/**
 * The ports to choose from: those below the ones that the system gives out, where it leaves enough.
 * @param ephemeral those that it gives out, the first and the last, as Linux says it; `null` if it doesn't say
 * @returns the first, and the one after the last
 */
export function chosenFrom(ephemeral: string | null): readonly [number, number] {
  const given = Number.parseInt(ephemeral ?? "", 10);
  return [FIRST, given >= FIRST + ENOUGH ? Math.min(given, USUAL_END) : USUAL_END];
}

function ephemeralRange(): string | null {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  } catch {
    return null;
  }
}

/** Why the port can't be listened on: the code of a system error, or `undefined` if it can. */
async function listenError(port: number): Promise<string | undefined> {
  const server = createServer().listen({ port, host: LOOPBACK, exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  server.close();
  await once(server, "close");
  return undefined;
}
