import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Where everything local listens: not reachable from outside the machine. */
export const LOOPBACK = "127.0.0.1";

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
    const code = await listenOnce(port).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (code === undefined) return;
    if (code !== "EADDRINUSE") throw new Error(`${name} ${port} can't be listened on (${code})`);
    if (Date.now() >= deadline) {
      throw new Error(`${name} ${port} is already in use: end what listens there, or choose another ${name}`);
    }
    await delay(50);
  }
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  return listenOnce(0);
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer().listen({ port, host: LOOPBACK, exclusive: true });
  await once(server, "listening");
  const chosen = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return chosen;
}
