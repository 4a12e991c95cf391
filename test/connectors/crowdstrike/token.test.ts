/** What is sent for a token, and what the answers of the token endpoint mean. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { crowdstrikeCredentials } from "../../../src/connectors/crowdstrike/credentials.ts";
import { mintingOf } from "../../../src/toolkit/upstream/settings-of.ts";
import { SETTINGS } from "../../support/settings.ts";
import { envelope } from "./answers.ts";

const CID = "ab".repeat(16);
const OK = { access_token: "t", token_type: "bearer", expires_in: 1799 };

let server: Server;
let asked: URLSearchParams;
let answer: { status: number; body: unknown; headers?: Record<string, string> };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked = new URLSearchParams(await text(request));
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answer = { status: 201, body: OK };
});

function mint(settings: object = {}) {
  const { port } = server.address() as AddressInfo;
  const env = {
    ...SETTINGS,
    CROWDSTRIKE_BASE_URL: `http://127.0.0.1:${port}`,
    CROWDSTRIKE_READ_CLIENT_ID: "id",
    CROWDSTRIKE_READ_CLIENT_SECRET: "secret",
    ...settings,
  } as Env;
  return crowdstrikeCredentials.read.mint(
    mintingOf(env, crowdstrikeCredentials.read, 1_000, AbortSignal.timeout(5_000)),
  );
}

test("a token is asked for with id and secret, and is good for as long as the vendor says", async () => {
  expect(await mint()).toEqual({ token: "t", expires_at: 1_800_000 });
  expect(Object.fromEntries(asked)).toEqual({ client_id: "id", client_secret: "secret" });
});

test("the customer below is sent along, where one is set", async () => {
  await mint({ CROWDSTRIKE_MEMBER_CID: CID.toUpperCase() });
  expect(asked.get("member_cid")).toBe(CID);
});

describe("a refusal", () => {
  test.each([400, 401, 403])("%d means the credential", async (status) => {
    answer = { status, body: envelope([status]) };
    await expect(mint()).rejects.toMatchObject({ code: "credential_rejected" });
  });

  test.each([400, 403])("%d may mean the customer, where one is set", async (status) => {
    answer = { status, body: envelope([status]) };
    await expect(mint({ CROWDSTRIKE_MEMBER_CID: CID })).rejects.toMatchObject({
      code: "misconfigured",
      detail: { settings: ["CROWDSTRIKE_MEMBER_CID"] },
    });
    answer = { status: 401, body: envelope([401]) };
    await expect(mint({ CROWDSTRIKE_MEMBER_CID: CID })).rejects.toMatchObject({
      code: "credential_rejected",
    });
  });

  test("308 means another cloud, and isn't followed", async () => {
    answer = { status: 308, body: "", headers: { "x-cs-region": "eu-1", location: "https://example.test" } };
    await expect(mint()).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("https://api.eu-1.crowdstrike.com"),
      detail: { settings: ["CROWDSTRIKE_BASE_URL"] },
    });
  });
});
