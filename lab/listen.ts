/** Listens on both loopback addresses with one port. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Servers that share one port and one listener. */
export interface Listening {
  port: number;
  close(): Promise<void>;
}

const attempts = 20;

/**
 * Listens on one port at all of the hosts. `localhost` may mean 127.0.0.1 or ::1, depending on the machine and on
 * who asks; a server at only one of them is unreachable for some clients.
 * @param hosts the first must work; the others may lack the address family
 * @throws Error with `code: "EADDRINUSE"` when the port is taken
 */
export async function listen(
  hosts: readonly string[],
  port: number,
  listener: RequestListener,
): Promise<Listening> {
  const [first = "127.0.0.1", ...others] = hosts;
  for (let attempt = 1; ; attempt++) {
    const primary = await open(first, port, listener);
    const servers = [primary];
    const chosen = (primary.address() as AddressInfo).port;
    try {
      for (const host of others) {
        const server = await open(host, chosen, listener).catch(ignoreMissingFamily);
        if (server) servers.push(server);
      }
      return { port: chosen, close: () => closeAll(servers) };
    } catch (error) {
      await closeAll(servers);
      // A port that the system chose can be taken at the other address: ask for another one.
      if (port !== 0 || attempt === attempts) throw error;
    }
  }
}

function open(host: string, port: number, listener: RequestListener): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(listener);
    // Longer than any client keeps an idle connection: a server that closes first races the next request on it.
    server.keepAliveTimeout = 120_000;
    server.requestTimeout = 0;
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve(server);
    });
  });
}

function ignoreMissingFamily(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "EADDRNOTAVAIL" && error.code !== "EAFNOSUPPORT") throw error;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    }),
  );
}
