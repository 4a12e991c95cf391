/** What this deployment is made of, as tests look it up. */

import * as z from "zod";
import { withoutSource, withSource } from "../../src/capabilities/ids.ts";
import { conclusionOf } from "../../src/capabilities/ports.ts";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import type { AnyChangePort, ChangeTool } from "../../src/toolkit/change.ts";
import type { JsonObject } from "../../src/toolkit/json.ts";
import type { ReadTool } from "../../src/toolkit/read.ts";
import type { Credential } from "../../src/toolkit/upstream/credential.ts";
import type { Upstream } from "../../src/toolkit/upstream/upstream.ts";
import type { Vendor } from "../../src/toolkit/upstream/vendor.ts";

export const catalogue = new Catalogue(deployment);

/** Every tool, in the order of `tools/list`. */
export const TOOLS = catalogue.tools;

/** Every credential of every vendor. */
export const CREDENTIALS = catalogue.credentials;

/** The credential called `name`. @throws TypeError if there is none */
export function credentialOf(name: string): Credential {
  const credential = catalogue.credential(name);
  if (credential === undefined) throw new TypeError(`there is no credential called ${name}`);
  return credential;
}

/** The read called `name`, as its sources answer it. @throws TypeError if there is none */
export function readTool(name: string): ReadTool {
  const tool = catalogue.tool(name);
  if (tool?.kind !== "read") throw new TypeError(`there is no read called ${name}`);
  return tool;
}

/** A vendor's settings in an environment that may lack some: what is there is parsed. */
export function settingsFor({ settings }: Vendor, env: object): Record<string, unknown> {
  const values = env as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(settings.shape).map(([name, schema]) => [name, z.safeParse(schema, values[name]).data]),
  );
}

/** A change together with its only port, asked by environment. */
export interface ChangeAt extends ChangeTool, Omit<AnyChangePort, "request" | "inspect" | "landing_ms"> {
  readonly port: AnyChangePort;
  readonly request: (input: object, operation_id: string, env: Env) => ReturnType<AnyChangePort["request"]>;
  readonly inspect: (
    input: object,
    upstream: Upstream,
    env: Env,
    operation_id: string,
  ) => ReturnType<AnyChangePort["inspect"]>;
  readonly landing_ms: (env: Env) => number | null;
}

/** The change called `name`, at the one source that makes it. @throws TypeError if there is none, or several */
export function changeAt(name: string): ChangeAt {
  const tool = catalogue.changeTool(name);
  const [port, ...more] = tool.ports.values();
  if (port === undefined || more.length > 0) throw new TypeError(`${name} has not one source`);
  const { name: source } = port.credential.vendor;
  const settings = (env: Env) => settingsFor(port.credential.vendor, env);
  return {
    ...tool,
    ...port,
    port,
    request: (input, operation_id, env) =>
      port.request(withoutSource(source, input as JsonObject), { settings: settings(env), operation_id }),
    async inspect(input, upstream, env, operation_id) {
      const at = { settings: settings(env), upstream, operation_id };
      return withSource(source, await port.inspect(withoutSource(source, input as JsonObject), at));
    },
    conclude: (answer, asked) => conclusionOf(port, answer, asked as Parameters<typeof conclusionOf>[2]),
    landing_ms: (env) => port.landing_ms(settings(env)),
  };
}
