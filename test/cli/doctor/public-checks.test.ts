import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { Report } from "../../../cli/doctor/check.ts";
import { examine } from "../../../cli/doctor/examine.ts";
import { printReport } from "../../../cli/doctor/report.ts";
import { freePort } from "../../../cli/local/ports.ts";

/** What is found at a server that answers like this. `now`: this machine's time, if another than it has. */
async function examined(answer: (url: string) => RequestListener, now = Date.now): Promise<Report> {
  let listener: RequestListener = (_request, response) => response.end();
  const server = createServer((request, response) => listener(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  listener = answer(url);
  try {
    return await examine({ url, now });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function verdictOf({ checks }: Report, name: string): string | undefined {
  return checks.find((check) => check.name === name)?.verdict;
}

test("where nobody listens, the report says so and what to look at", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const report = await examine({ url });
  expect(report).toMatchObject({ ok: false, checks: [{ name: "reachable", verdict: "fail" }] });
  expect(report.checks[0]?.found).toContain("ECONNREFUSED");
  expect(report.checks[0]?.advice).not.toBe("");
});

test("somebody else's server is not taken for a Sallyport that is well", async () => {
  const report = await examined(() => (_request, response) => response.end("<html>Welcome to nginx!</html>"));
  expect(report.ok).toBe(false);
  for (const name of ["configuration", "resource metadata", "authorization server metadata", "challenge"]) {
    expect(verdictOf(report, name), name).toBe("fail");
  }
  // An administrator's cookie, or the lab's password, is nothing to send there.
  expect(verdictOf(report, "detail")).toBeUndefined();
});

test("an endpoint that answers without a token is called what it is", async () => {
  const report = await examined(() => (_request, response) => response.end("{}"));
  expect(report.checks.find(({ name }) => name === "challenge")?.advice).toContain("open to all");
});

test("an instance that thinks it is elsewhere says where, and what to set", async () => {
  const elsewhere = "https://elsewhere.example";
  const report = await examined(() => (request, response) => {
    const bodies: Record<string, unknown> = {
      "/healthz": { ok: true, problems: [] },
      "/.well-known/oauth-protected-resource/mcp": {
        resource: `${elsewhere}/mcp`,
        authorization_servers: [elsewhere],
      },
      "/.well-known/oauth-authorization-server": {
        issuer: elsewhere,
        authorization_endpoint: `${elsewhere}/authorize`,
        token_endpoint: `${elsewhere}/oauth/token`,
        code_challenge_methods_supported: ["S256"],
      },
    };
    const body = bodies[request.url ?? ""];
    if (body !== undefined) response.end(JSON.stringify(body));
    else {
      const metadata = `${elsewhere}/.well-known/oauth-protected-resource/mcp`;
      response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${metadata}"` }).end();
    }
  });
  for (const name of ["resource metadata", "authorization server metadata", "challenge"]) {
    const check = report.checks.find((each) => each.name === name);
    expect(check, name).toMatchObject({ verdict: "fail", advice: expect.stringContaining("PUBLIC_URL") });
    expect(check?.found, name).toContain(elsewhere);
  }
});

test.each([
  // The header has whole seconds: so much at least.
  [-600, "fail", "599 s behind this machine"],
  [600, "fail", "600 s ahead of this machine"],
  [-30, "warn", "29 s behind this machine"],
  [0, "ok", "the same as this machine's"],
])("a clock that is %i s off is found, by how far", async (off_s, verdict, found) => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const date = new Date(now + off_s * 1_000).toUTCString();
  const report = await examined(
    () => (_request, response) => response.writeHead(200, { date }).end(),
    () => now,
  );
  expect(report.checks.find(({ name }) => name === "clock")).toMatchObject({ verdict, found });
});

test("what is wrong with variables is passed on, as failures where nothing is served", async () => {
  for (const [status, verdict] of [
    [503, "fail"],
    [200, "warn"],
  ] as const) {
    const report = await examined(() => (_request, response) => {
      response.writeHead(status).end('{"ok":false,"problems":["OIDC_ISSUER is not a URL"]}');
    });
    expect(report.checks[0]).toMatchObject({
      name: "configuration",
      verdict,
      found: "OIDC_ISSUER is not a URL",
    });
  }
});

test("a report says for each thing that is wrong what to do, and ends with the sum", () => {
  const lines: string[] = [];
  const checks = [
    { name: "clock", verdict: "ok", found: "the same", advice: "" },
    { name: "sign-in", verdict: "fail", found: "HTTP 400", advice: "Register the client." },
  ] as const;
  printReport({ url: "https://x.example", ok: false, checks }, (line) => lines.push(line));
  expect(lines).toEqual([
    "doctor: https://x.example",
    "ok    clock: the same",
    "FAIL  sign-in: HTTP 400",
    "      → Register the client.",
    "NOT HEALTHY: 1 checks passed, 0 warnings, 1 failures",
  ]);
});
