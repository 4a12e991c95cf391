import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { signIn } from "../../cli/oauth-client.ts";
import { scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { StandIn } from "./stand-in.ts";
import type { SampleVendor } from "./vendor.ts";

/** One person makes more changes here than the default policy lets anybody make alone. */
const GATE_POLICY = JSON.stringify({
  version: "samples",
  rules: [{ when: {}, decision: "go", because: "samples are fed through" }],
});

/** An instance whose vendors are the stand-in, and a real MCP client that is signed in to it. */
export interface Connection {
  readonly standIn: StandIn;
  readonly instance: TestInstance;
  readonly client: Client;
  dispose(): Promise<void>;
}

/** Starts it all. The caller disposes of it. */
export async function connect(vendors: readonly SampleVendor[]): Promise<Connection> {
  const standIn = new StandIn(vendors);
  const url = await standIn.listen();
  const environment = Object.assign(
    { GATE_POLICY },
    ...vendors.map((vendor) => vendor.environment(`${url}/${vendor.name}`)),
  );
  const instance = await startTestInstance({ environment });
  const mcpUrl = `${instance.url}/mcp`;
  const scope = scopesOfRoles(["responder"]).join(" ");
  const { access_token } = await signIn({ mcpUrl, user: "responder", scope });
  const client = new Client({ name: "samples", version: "1" });
  const headers = { authorization: `Bearer ${access_token}` };
  const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } });
  // The SDK's own transport isn't assignable under exactOptionalPropertyTypes.
  await client.connect(transport as Transport);
  return {
    standIn,
    instance,
    client,
    async dispose() {
      await client.close();
      await instance.dispose();
      await standIn.close();
    },
  };
}
