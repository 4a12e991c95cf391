import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleWorker } from "../../cli/local/bundle.ts";
import { freePort } from "../../cli/local/ports.ts";
import { ConsentPage, OAuthClient, signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { writeFixtureProject } from "./fixture-project.ts";
import { startTokenProxy, type TokenProxy } from "./proxy.ts";
import { conformance, scoreOf } from "./suite.ts";

/** Each suite takes a few seconds of a machine that does nothing else. */
const SUITE_TIMEOUT_MS = 180_000;

let instance: TestInstance;
let proxy: TokenProxy;
let removeProject: () => Promise<void>;

beforeAll(async () => {
  const project = await writeFixtureProject();
  removeProject = project.remove;
  instance = await startTestInstance({ project: project.root });
  const mcpUrl = `${instance.url}/mcp`;
  // No fixture needs a scope; a token holds one all the same.
  const { access_token } = await signIn({ mcpUrl, user: "responder", scope: "devices:read" });
  proxy = await startTokenProxy(mcpUrl, access_token);
}, 120_000);
afterAll(async () => {
  await proxy.close();
  await instance.dispose();
  await removeProject();
});

describe("the official suite for MCP servers", () => {
  it.each([
    ["2025-11-25", "30/30"],
    ["2026-07-28", "37/37"],
  ])(
    "%s: %s of what the revision requires",
    async (revision, all) => {
      const run = await conformance(["server", "--url", proxy.url, "--requirements", revision]);
      const { score, failed } = scoreOf(run);
      process.stdout.write(`conformance ${revision}: ${score}\n`);
      expect(failed, run.output).toEqual([]);
      expect(score).toBe(all);
      expect(run.exit_code).toBe(0);
    },
    SUITE_TIMEOUT_MS,
  );
});

describe("the official suite for authorization servers", () => {
  it(
    "finds metadata and the whole code grant in order, with a registered client",
    async () => {
      const mcpUrl = `${instance.url}/mcp`;
      const port = await freePort();
      const client = await OAuthClient.find({ mcpUrl, redirectUri: `http://127.0.0.1:${port}/callback` });
      let said = "";
      let visited: Promise<unknown> | null = null;
      const run = await conformance(
        ["authorization", "--url", instance.url, "--client-id", client.client_id]
          .concat(["--resource", mcpUrl, "--port", String(port)])
          .concat(["--spec-version", "2025-11-25"]),
        (piece) => {
          said += piece;
          const url = /^http\S+\?response_type=code\S+$/m.exec(said)?.[0];
          if (url !== undefined) visited ??= allow(client, url);
        },
      );
      await visited;
      expect(run.exit_code, run.output).toBe(0);
      const { score, failed } = scoreOf(run);
      expect(failed, run.output).toEqual([]);
      // Metadata and the grant. A grant that is skipped has no checks, and so isn't passed.
      expect(score).toBe("2/2");
    },
    SUITE_TIMEOUT_MS,
  );

  /** What a person does in their browser with the link that the suite prints. */
  async function allow(client: OAuthClient, url: string): Promise<void> {
    const browser = client.browser();
    const page = await client.signInAt(await browser.open(url), "responder", browser);
    const consent = new ConsentPage(client, browser, page, { state: "", verifier: "" });
    const redirected = await consent.press("approve");
    await fetch(redirected.url);
  }
});

describe("what is deployed", () => {
  it("holds none of the fixtures", async () => {
    const { script } = await bundleWorker();
    expect(await readFile(script, "utf8")).not.toContain("test_simple_text");
  });
});
