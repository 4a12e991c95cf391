/** The files that `npm run reference` writes, as they have to be. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readBaseConfig } from "../../cli/tenant/base-config.ts";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";
import { secretsExample } from "./secrets-example.ts";
import { credentialsTable, scopesTable, toolsTable } from "./tools.ts";
import { variablesOfVendors } from "./variables.ts";

/** The text of each file, by its path. @throws TypeError where a page lacks the marks of a part */
export async function referenceFiles(root: string): Promise<[path: string, text: string][]> {
  const config = await readBaseConfig(root);
  const catalogue = new Catalogue(deployment);
  const configuration = await withParts(root, "docs/reference/configuration.md", {
    vendors: await variablesOfVendors(deployment.connectors, config, root),
  });
  const scopes = await withParts(root, "docs/reference/scopes.md", {
    scopes: scopesTable(catalogue),
    tools: toolsTable(catalogue, deployment.connectors),
    credentials: credentialsTable(catalogue),
  });
  return [
    configuration,
    scopes,
    [".dev.vars.example", secretsExample(catalogue.credentials, config.secrets.required)],
  ];
}

/** A page with its generated parts as they have to be. Each stands between two comments that name it. */
async function withParts(
  root: string,
  path: string,
  parts: Readonly<Record<string, string>>,
): Promise<[path: string, text: string]> {
  const page = await readFile(join(root, path), "utf8");
  const text = Object.entries(parts).reduce((before, [name, part]) => {
    const begin = `<!-- ${name}: written by npm run reference -->\n`;
    const end = `<!-- end of ${name} -->\n`;
    const [head, rest] = before.split(begin);
    const [, tail] = rest?.split(end) ?? [];
    if (tail === undefined) throw new TypeError(`${path} has no marks for ${name}`);
    return `${head}${begin}\n${part}\n${end}${tail}`;
  }, page);
  return [path, text];
}
