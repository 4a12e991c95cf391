import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError as UnauthorizedV2,
} from "@modelcontextprotocol/client";
import { UnauthorizedError as UnauthorizedV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type Request, Response, fetch as send } from "miniflare";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LabControls } from "../../cli/demo/lab.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { listTools } from "../../src/session/lanes/listings.ts";
import { scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { catalogue } from "../support/deployed.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { Devices } from "./support/devices.ts";
import { inspect } from "./support/inspector.ts";
import { OAuthPerson } from "./support/oauth-person.ts";

const INFO = { name: "e2e", version: "1" };
const BOTH = "devices:read devices:contain";
/** What a first connection asks for. */
const VIEW = scopesOfRoles(["viewer"]).join(" ");

/** As a client sees them. */
const RESPONDERS_TOOLS = JSON.parse(
  JSON.stringify(listTools({ roles: ["responder"], offers: () => true, catalogue })),
);
/** Where a client that doesn't register publishes what it is. */
const CLIENT_ID = "https://client.example/mcp/client.json";
/** Both ways by which a client makes itself known, with where it publishes what it is. */
const KNOWN_BY = [
  ["registration", undefined],
  ["a metadata document", CLIENT_ID],
] as const;

let instance: TestInstance;
let mcpUrl: string;
let devices: Devices;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  instance = await startTestInstance({
    outbound: async (request: Request) =>
      request.url === CLIENT_ID
        ? Response.json(OAuthPerson.published(CLIENT_ID))
        : ((await send(request)) as unknown as Response),
  });
  mcpUrl = `${instance.url}/mcp`;
  devices = await Devices.of(instance.lab.url);
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => instance.dispose());

/** What both SDKs' clients can do. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

interface Connection {
  readonly client: AnyClient;
  readonly era: string | undefined;
}

type Access = { readonly token: string } | { readonly authProvider: OAuthPerson };

function optionsOf(access: Access) {
  return "token" in access
    ? { requestInit: { headers: { authorization: `Bearer ${access.token}` } } }
    : { authProvider: access.authProvider };
}

async function connectV1(access: Access): Promise<Connection> {
  const client = new ClientV1(INFO);
  const transport = new TransportV1(new URL(mcpUrl), optionsOf(access));
  // The SDK's own transport isn't assignable under exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  open.push(client);
  return { client: client as unknown as AnyClient, era: transport.protocolVersion };
}

async function connectV2(access: Access, mode: "auto" | { pin: string }): Promise<Connection> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode } });
  await client.connect(new TransportV2(new URL(mcpUrl), optionsOf(access)));
  open.push(client);
  return { client: client as unknown as AnyClient, era: client.getNegotiatedProtocolVersion() };
}

describe.each([
  ["the 1.x SDK's client", "2025-11-25", connectV1],
  [
    "the 2.x SDK's client held to 2026-07-28",
    "2026-07-28",
    (access: Access) => connectV2(access, { pin: "2026-07-28" }),
  ],
  ["the 2.x SDK's client left to itself", "2026-07-28", (access: Access) => connectV2(access, "auto")],
])("%s", (_name, era, connect) => {
  async function as(user: string, scope = BOTH): Promise<Connection> {
    const { access_token } = await signIn({ mcpUrl, user, scope });
    return connect({ token: access_token });
  }

  it("connects in its own era", async () => {
    expect((await as("responder")).era).toBe(era);
  });

  it("sees the tools of its person's role, however little its token allows", async () => {
    const { tools } = await (await as("responder", "devices:read")).client.listTools();
    expect(tools).toEqual(
      JSON.parse(JSON.stringify(listTools({ roles: ["responder"], offers: () => true, catalogue }))),
    );
    const viewer = await (await as("viewer", "devices:read")).client.listTools();
    expect(viewer.tools.map(({ name }) => name)).not.toContain("contain_device");
  });

  it("reads the same from the text as from the structure, whatever came of the call", async () => {
    const { client } = await as("responder");
    const calls = [
      { name: "whoami", arguments: {}, status: "ok" },
      { name: "search_devices", arguments: { limit: 2 }, status: "ok" },
      { name: "get_device", arguments: { device_id: "0".repeat(32) }, status: "not_found" },
      { name: "get_device", arguments: { device_id: "it's none" }, status: "error" },
      {
        name: "contain_device",
        arguments: { device_id: devices.take(), reason: "End to end" },
        status: "ok",
      },
    ];
    for (const { status, ...call } of calls) {
      const result = await client.callTool(call);
      const [block, ...more] = result.content as { type: string; text: string }[];
      const [sentence, ...json] = (block?.text ?? "").split("\n");
      expect(more).toEqual([]);
      expect(sentence).toMatch(/^[A-Z].+\.$/);
      expect(JSON.parse(json.join("\n"))).toEqual(result.structuredContent);
      expect(result.structuredContent).toMatchObject({
        status,
        audit_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(result.isError ?? false).toBe(status === "error");
    }
  });

  it("is told in the text, too, that a repeat was not carried out again", async () => {
    const { client } = await as("responder");
    const call = { name: "contain_device", arguments: { device_id: devices.take(), reason: "End to end" } };
    const first = await client.callTool(call);
    await expect
      .poll(async () => (await client.callTool(call)).structuredContent)
      .toMatchObject({
        operation: { replayed: true, still_in_effect: true },
        data: (first.structuredContent as { data: unknown }).data,
      });
    const again = await client.callTool(call);
    expect((again.content as { text: string }[])[0]?.text).toMatch(/^Already executed/);
  });

  it("gets an error of the protocol, with ours as its data, for a tool that doesn't exist", async () => {
    const { client } = await as("responder");
    const error = await client.callTool({ name: "no_such_tool", arguments: {} }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: -32602,
      data: { status: "error", error: { kind: "invalid_request", code: "unknown_tool", retryable: false } },
    });
  });
});

describe.each(KNOWN_BY)("the 1.x SDK's client, by its own OAuth and %s", (_how, metadataUrl) => {
  it("sends its person through sign-in and consent, and comes back with a token", async () => {
    const person = new OAuthPerson("responder", metadataUrl);
    await expect(connectV1({ authProvider: person })).rejects.toThrow(UnauthorizedV1);
    await finishV1(person);
    const { client } = await connectV1({ authProvider: person });
    expect(person.asked).toHaveLength(1);
    expect(person.asked[0]?.searchParams.get("code_challenge_method")).toBe("S256");
    expect(person.asked[0]?.searchParams.get("client_id") === CLIENT_ID).toBe(metadataUrl !== undefined);
    expect(person.tokens()?.scope).toBe(VIEW);
    expect((await client.callTool({ name: "whoami", arguments: {} })).structuredContent).toMatchObject({
      data: { subject: "responder@acme.test", scopes: VIEW.split(" ") },
    });
  });

  it("refreshes a token that ran out, without its person, and goes on in its protocol session", async () => {
    const person = new OAuthPerson("responder", metadataUrl);
    await connectV1({ authProvider: person }).catch(() => undefined);
    await finishV1(person);
    const { client } = await connectV1({ authProvider: person });
    const before = person.tokens();
    person.spoilAccessToken();
    expect((await client.callTool({ name: "whoami", arguments: {} })).isError).toBeUndefined();
    expect(person.tokens()?.access_token).not.toBe(before?.access_token);
    expect(person.tokens()?.refresh_token).not.toBe(before?.refresh_token);
    expect(person.asked).toHaveLength(1);
  });

  it("is told as a result, not by a 403 that it can't handle, which scopes a call lacks", async () => {
    const person = new OAuthPerson("responder", metadataUrl);
    await connectV1({ authProvider: person }).catch(() => undefined);
    await finishV1(person);
    const { client } = await connectV1({ authProvider: person });
    const refused = await client.callTool({ name: "contain_device", arguments: {} });
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: {
        error: { code: "scope_missing", required_scopes: [...VIEW.split(" "), "devices:contain"] },
      },
    });
    expect(person.asked).toHaveLength(1);
  });

  /** The person's part: a transport of its own, because a failed connection's is of no more use. */
  async function finishV1(person: OAuthPerson): Promise<void> {
    const code = (await person.allow()).get("code") ?? "";
    await new TransportV1(new URL(mcpUrl), { authProvider: person }).finishAuth(code);
  }
});

describe.each(KNOWN_BY)("the 2.x SDK's client, by its own OAuth and %s", (_how, metadataUrl) => {
  const PIN = { pin: "2026-07-28" };

  async function signedIn(person: OAuthPerson): Promise<AnyClient> {
    await expect(connectV2({ authProvider: person }, PIN)).rejects.toThrow(UnauthorizedV2);
    await finishV2(person);
    return (await connectV2({ authProvider: person }, PIN)).client;
  }

  async function finishV2(person: OAuthPerson): Promise<void> {
    await new TransportV2(new URL(mcpUrl), { authProvider: person }).finishAuth(await person.allow());
  }

  it("sends its person through sign-in and consent, and refreshes without them", async () => {
    const person = new OAuthPerson("responder", metadataUrl);
    const client = await signedIn(person);
    const before = person.tokens();
    person.spoilAccessToken();
    expect((await client.callTool({ name: "whoami", arguments: {} })).structuredContent).toMatchObject({
      data: { subject: "responder@acme.test", scopes: VIEW.split(" ") },
    });
    expect(person.tokens()?.access_token).not.toBe(before?.access_token);
    expect(person.asked).toHaveLength(1);
  });

  it("steps up after a 403: asks for what it had and what it lacks, and stays in its session", async () => {
    const lab = new LabControls(instance.lab.url);
    const person = new OAuthPerson("responder", metadataUrl);
    const client = await signedIn(person);
    const session = await sessionOf(client);
    const device_id = devices.take();
    const contain = () =>
      client.callTool({ name: "contain_device", arguments: { device_id, reason: "Step up" } });

    await expect(contain()).rejects.toThrow(UnauthorizedV2);
    expect(await lab.effects(device_id)).toEqual([]);
    expect(person.asked).toHaveLength(2);
    await finishV2(person);
    expect(person.tokens()?.scope?.split(" ")).toEqual(
      expect.arrayContaining([...VIEW.split(" "), "devices:contain"]),
    );

    expect((await contain()).structuredContent).toMatchObject({
      status: "ok",
      operation: { replayed: false },
    });
    expect(await lab.effects(device_id)).toHaveLength(1);
    expect(await sessionOf(client)).toBe(session);
  });

  async function sessionOf(client: AnyClient): Promise<string> {
    const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
    return (structuredContent as { data: { session_id: string } }).data.session_id;
  }
});

describe.each([
  ["legacy", "2025-11-25"],
  ["modern", "2026-07-28"],
])("Inspector's command line, of the %s era", (era) => {
  async function run(...options: string[]) {
    const { access_token } = await signIn({ mcpUrl, user: "responder", scope: "devices:read" });
    return inspect(mcpUrl, access_token, "--protocol-era", era, ...options);
  }

  it("lists the tools of its person's role, and finds nothing in their schemas that other hosts can't read", async () => {
    const { code, json, errors } = await run("--method", "tools/list", "--strict");
    expect([code, errors]).toEqual([0, ""]);
    expect(json().tools).toEqual(RESPONDERS_TOOLS);
  });

  it("calls a tool", async () => {
    const { code, json } = await run(
      "--method",
      "tools/call",
      "--tool-name",
      "search_devices",
      "--tool-arg",
      "limit=2",
    );
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      structuredContent: { status: "ok", data: { devices: [expect.anything(), expect.anything()] } },
    });
  });

  it("says which scopes a call lacks", async () => {
    const { code, errors, json } = await run("--method", "tools/call", "--tool-name", "contain_device");
    expect(code).not.toBe(0);
    if (era === "modern") expect(errors).toContain("devices:read devices:contain");
    else expect(json()).toMatchObject({ structuredContent: { error: { code: "scope_missing" } } });
  });
});
