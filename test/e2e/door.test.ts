import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { INITIALIZE, Wire } from "./support/wire.ts";

let instance: TestInstance;
let token: string;
let wire: Wire;

beforeAll(async () => {
  instance = await startTestInstance();
  const mcpUrl = `${instance.url}/mcp`;
  token = (await signIn({ mcpUrl, user: "responder", scope: "devices:read" })).access_token;
  wire = new Wire(mcpUrl, token);
});
afterAll(() => instance.dispose());

describe("the door", () => {
  /** A request with a Host of its own, which `fetch` doesn't allow. */
  function asHost(host: string, path = "/mcp", method = "POST"): Promise<{ status: number; text: string }> {
    const headers = {
      host,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const sent = request(`${instance.url}${path}`, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(method === "POST" ? JSON.stringify(INITIALIZE) : undefined);
    return promise;
  }

  it.each(["evil.example", "localhost.evil.example", "evil.example:8787", "169.254.169.254"])(
    "doesn't open under the name %s, whatever is asked for",
    async (host) => {
      expect((await asHost(host)).status).toBe(421);
      for (const path of ["/authorize", "/.well-known/oauth-protected-resource/mcp", "/mcp"]) {
        expect((await asHost(host, path, "GET")).status, path).toBe(421);
      }
    },
  );

  it("doesn't open to whoever gives no name at all, or two", async () => {
    for (const [version, ...hosts] of [["1.0"], ["1.1"], ["1.1", "", ""], ["1.1", "evil.example"]]) {
      const lines = hosts.filter((host) => host !== undefined).map((host) => `Host: ${host}\r\n`);
      expect(
        await statusOf(`GET /mcp HTTP/${version}\r\n${lines.join("")}Connection: close\r\n\r\n`),
      ).toBeOneOf([400, 421]);
    }
  });

  /** The status of the answer to exactly these bytes. */
  async function statusOf(bytes: string): Promise<number> {
    const socket = connect(Number(new URL(instance.url).port), "127.0.0.1");
    socket.end(bytes);
    return Number((await text(socket)).split(" ")[1]);
  }

  it("tells whoever opens it in a browser what it is, and where the console is", async () => {
    const answer = await fetch(instance.url);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const html = await answer.text();
    expect(html).toContain(`<code>${instance.url}/mcp</code>`);
    expect(html).toContain('href="/console"');
  });

  it("is the same one under every name of this machine", async () => {
    const { port } = new URL(instance.url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      const { status, text } = await asHost(host);
      expect(status, host).toBe(200);
      expect(text).toContain("serverInfo");
    }
    const here = new Wire(`http://127.0.0.1:${port}/mcp`, token);
    expect((await here.call("whoami")).message.result).toMatchObject({ structuredContent: { status: "ok" } });
    const refused = await new Wire(`http://127.0.0.1:${port}/mcp`, null).ask({ body: INITIALIZE });
    expect(refused.headers.get("www-authenticate")).toContain(`resource_metadata="${instance.url}/`);
  });

  it.each(["null", "https://evil.example", "http://localhost.evil.example", "http://evil.example:8787"])(
    "stays shut for a page of origin %s, even with a good token",
    async (origin) => {
      for (const sending of [
        { body: INITIALIZE },
        { method: "GET" },
        { method: "OPTIONS", headers: { "access-control-request-method": "POST" } },
      ]) {
        const { status, headers } = await wire.ask({ ...sending, headers: { ...sending.headers, origin } });
        expect(status).toBe(403);
        expect(headers.get("access-control-allow-origin")).toBeNull();
      }
    },
  );

  it("lets a page on this machine ask, and read what it may need to go on", async () => {
    const origin = "http://localhost:6274";
    const preflight = await wire.ask({ method: "OPTIONS", headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase().split(", ");
    expect(allowed).toEqual(
      expect.arrayContaining(["authorization", "last-event-id", "mcp-session-id", "mcp-method", "mcp-name"]),
    );
    const refused = await new Wire(`${instance.url}/mcp`, null).ask({ body: "{}", headers: { origin } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
    expect(refused.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("www-authenticate");
  });
});
