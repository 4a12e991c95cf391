import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ALL_SCOPES, ROLES, SCOPES, type Scope, scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { TOOLS } from "../support/deployed.ts";

test("the page on scopes says of each what the consent page says, which tools need it and which roles have it", async () => {
  const page = await readFile("docs/scopes.md", "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  const names = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  expect(
    cells.map(([, scope, words, tools, roles]) => [names(scope)[0], words, names(tools), names(roles)]),
  ).toEqual(ALL_SCOPES.map((scope) => [scope, SCOPES[scope], toolsOf(scope), rolesOf(scope)]));
  const anybodys = TOOLS.filter((tool) => tool.scope === "any").map(({ name }) => name);
  for (const name of anybodys)
    expect(page.split("\n").find((line) => line.includes(`\`${name}\``))).toBeDefined();
});

function toolsOf(scope: Scope): string[] {
  return TOOLS.filter((tool) => tool.scope === scope).map(({ name }) => name);
}

function rolesOf(scope: Scope): string[] {
  return ROLES.filter((role) => scopesOfRoles([role]).includes(scope));
}
