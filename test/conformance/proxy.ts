import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** A way in for a client that knows no tokens. */
export interface TokenProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on a loopback port and hands everything on to `target` with a token. Its own name in Host and Origin
 * becomes the target's, so that what came for it is let in and what came for somebody else still isn't.
 */
export async function startTokenProxy(target: string, token: string): Promise<TokenProxy> {
  const { host: targetHost, origin: targetOrigin, pathname } = new URL(target);
  const server = createServer((received, response) => {
    const { port } = server.address() as AddressInfo;
    const own = `localhost:${port}`;
    const headers: IncomingMessage["headers"] = { ...received.headers, authorization: `Bearer ${token}` };
    if (headers.host === own) headers.host = targetHost;
    if (headers.origin === `http://${own}`) headers.origin = targetOrigin;
    handOn(received, response, new URL(received.url ?? pathname, target), headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handOn(
  received: IncomingMessage,
  response: ServerResponse,
  url: URL,
  headers: IncomingMessage["headers"],
): void {
  const sent = request(url, { method: received.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // A stream's head must not wait for its first event.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  });
  sent.on("error", () => response.destroy());
  response.on("close", () => sent.destroy());
  received.pipe(sent);
}
