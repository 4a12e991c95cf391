/** Everything that a deployment can be asked for, and how it is found. */
import type { Call, Declaration } from "../path/ports.ts";
import type { ChangeTool } from "../toolkit/change.ts";
import type { Connector } from "../toolkit/connector.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import type { VendorCheck } from "../toolkit/upstream/vendor-check.ts";
import { assembled, type SourceOfThings, sourcesIn } from "./assembled.ts";
import type { Prompt } from "./prompts/prompt.ts";
import { argumentsInUri, type Resource } from "./resources/resource.ts";
import { requireSound } from "./sound.ts";

/** What a deployment is made of. */
export interface Deployment {
  readonly connectors: readonly Connector[];
  /** Tools of no vendor's. */
  readonly tools: readonly Tool[];
  /** In the order in which they are listed. */
  readonly prompts: readonly Prompt[];
  /** All kinds of them, in the order in which they are listed. */
  readonly resources: readonly Resource[];
}

/** A deployment's declarations, put together and found by name. */
export class Catalogue {
  /** All tools, in the order in which `tools/list` shows them. */
  readonly tools: readonly Tool[];
  readonly prompts: readonly Prompt[];
  readonly resources: readonly Resource[];
  /** Those of all vendors. */
  readonly credentials: readonly Credential[];
  readonly checks: readonly VendorCheck[];
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #credentials: ReadonlyMap<string, Credential>;
  readonly #sources: ReadonlyMap<string, readonly SourceOfThings[]>;

  /** @throws TypeError that names each declaration that doesn't hold, and the fix */
  constructor({ connectors, tools, prompts, resources }: Deployment) {
    requireSound({ connectors, tools, prompts, resources });
    const all = [...tools, ...assembled(connectors)];
    this.tools = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.prompts = prompts;
    this.resources = resources;
    this.credentials = connectors.flatMap((connector) => connector.credentials);
    this.checks = connectors.flatMap((connector) => connector.checks);
    this.#tools = byName(this.tools);
    this.#sources = sourcesIn(connectors);
    this.#credentials = byName(this.credentials);
  }

  /** The names of all vendors, as in `coverage.sources`, in alphabetical order. */
  get vendors(): string[] {
    return [...new Set(this.credentials.map(({ vendor }) => vendor.name))].sort();
  }

  /** The tool called `name`, if there is one. */
  tool(name: string): Tool | undefined {
    return this.#tools.get(name);
  }

  /** The state-changing tool that an operation was made by. @throws TypeError if there is none */
  changeTool(name: string): ChangeTool {
    const tool = this.#tools.get(name);
    if (tool?.kind !== "change") throw new TypeError(`${name} is not a state-changing tool`);
    return tool;
  }

  /** The credential called `name`, if there is one. */
  credential(name: string): Credential | undefined {
    return this.#credentials.get(name);
  }

  /** The prompt called `name`, if there is one. */
  prompt(name: string): Prompt | undefined {
    return this.prompts.find((prompt) => prompt.name === name);
  }

  /** The kind of resource that `uri` names one of, and the arguments that it holds for the read behind it. */
  resource(uri: string): { resource: Resource; args: Record<string, string> } | undefined {
    for (const resource of this.resources) {
      const args = argumentsInUri(resource, uri);
      if (args !== null) return { resource, args };
    }
    return undefined;
  }

  /** The kind of resource whose template is `uri`, if there is one. */
  template(uri: string): Resource | undefined {
    return this.resources.find(({ template }) => String(template) === uri);
  }

  /** The vendors that have things of a capability, with the credentials that they are asked by. */
  sources(capability: string): readonly SourceOfThings[] {
    return this.#sources.get(capability) ?? [];
  }

  /** What answers a call, or `null`. What a client asks for has another name in each method. */
  find({ method, name, args }: Pick<Call, "method" | "name" | "args">): Declaration | null {
    switch (method) {
      case "tools/call":
        return declared(this.tool(name), args);
      case "prompts/get":
        return declared(this.prompt(name)?.read, args);
      case "resources/read": {
        const found = this.resource(name);
        return declared(found?.resource.read, found?.args);
      }
    }
  }
}

function declared(tool: Tool | undefined, args: unknown): Declaration | null {
  return tool === undefined ? null : { tool, args };
}

function byName<Named extends { readonly name: string }>(all: readonly Named[]): ReadonlyMap<string, Named> {
  return new Map(all.map((one) => [one.name, one]));
}
