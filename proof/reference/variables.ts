/** What the vendors' variables are, from the schemas that read them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaseConfig } from "../../cli/tenant/base-config.ts";
import { variablesToAsk } from "../../cli/tenant/settings.ts";
import type { Connector } from "../../src/toolkit/connector.ts";
import { table } from "./table.ts";

/** The page of sources that have none of their own. */
const SHARED_PAGE = "intelligence";

/** One variable, as its row shows it. */
export interface Variable {
  readonly name: string;
  readonly secret: boolean;
  /** As its schema describes it; empty where it doesn't. */
  readonly what: string;
}

/** Every variable of a vendor, settings first. What a credential keeps secret is no setting. */
export function variablesOf({ vendor, credentials }: Connector): Variable[] {
  const secrets = credentials.flatMap(({ name: credential, secrets: { shape } }) =>
    Object.entries(shape).map(([name, { description }]) => ({
      name,
      secret: true,
      what: description === undefined ? "" : `\`${credential}\`: ${description}`,
    })),
  );
  const settings = Object.entries(vendor.settings.shape).map(([name, { description = "" }]) => ({
    name,
    secret: false,
    what: description,
  }));
  return [...settings.filter(({ name }) => secrets.every((secret) => secret.name !== name)), ...secrets];
}

/** A section for each vendor's page, with the variables of those whom the page is about. */
export async function variablesOfVendors(
  connectors: readonly Connector[],
  config: Pick<BaseConfig, "vars">,
  root: string,
): Promise<string> {
  const pages = Map.groupBy(connectors, ({ vendor: { name } }) =>
    existsSync(join(root, "docs/connectors", `${name}.md`)) ? name : SHARED_PAGE,
  );
  const of_the_lab = new Set(variablesToAsk(config, []).map(([name]) => name));
  const sections = [...pages].map(async ([page, about]) => {
    const [first = ""] = (await readFile(join(root, "docs/connectors", `${page}.md`), "utf8")).split("\n");
    const title = first.replace(/^# /, "");
    const variables = new Map(about.flatMap(variablesOf).map((variable) => [variable.name, variable]));
    const rows = [...variables.values()].map(({ name, secret, what }) => [
      `\`${name}\``,
      secret ? "secret" : defaultOf(config.vars[name], of_the_lab.has(name)),
      what,
    ]);
    const more = `How it is set up, and what is asked: [${title}](../connectors/${page}.md).`;
    return `### ${title}\n\n${more}\n\n${table(["variable", "default", "what it is"], rows)}`;
  });
  return (await Promise.all(sections)).join("\n");
}

/** What wrangler.toml has. What it has of the lab's is nobody else's. */
function defaultOf(value: string | undefined, of_the_lab: boolean): string {
  if (value === undefined || of_the_lab) return "–";
  return value === "" ? "empty" : `\`${value}\``;
}
