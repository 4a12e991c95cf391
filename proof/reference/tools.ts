/** Tools, scopes and credentials as tables. */
import type { Catalogue } from "../../src/catalogue/catalogue.ts";
import type { Connector } from "../../src/toolkit/connector.ts";
import { ALL_SCOPES, ROLES, SCOPES, scopesOfRoles } from "../../src/toolkit/scopes.ts";
import { credentialsOf, type Tool } from "../../src/toolkit/tool.ts";
import type { Credential } from "../../src/toolkit/upstream/credential.ts";
import { namesCell, table } from "./table.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Every scope, in the words of the consent page, with the tools that need it and the roles that have it. */
export function scopesTable({ tools }: Catalogue): string {
  return table(
    ["scope", "what the consent page says", "tools", "roles"],
    ALL_SCOPES.map((scope) => [
      `\`${scope}\``,
      SCOPES[scope],
      namesCell(tools.filter((tool) => tool.scope === scope).map(({ name }) => name)),
      namesCell(ROLES.filter((role) => scopesOfRoles([role]).includes(scope))),
    ]),
  );
}

/** Every tool, with what it needs and asks. */
export function toolsTable({ tools }: Catalogue, connectors: readonly Connector[]): string {
  const capabilities = new Map(
    connectors.flatMap(({ serves }) => serves.map(({ spec }) => [spec.name, spec.capability])),
  );
  return table(
    ["tool", "scope", "capability", "vendors", "credentials", "class", "window"],
    tools.map((tool) => {
      const credentials = usedBy(tool);
      const vendors = [...new Set(credentials.map(({ vendor }) => vendor.title))].sort();
      return [
        `\`${tool.name}\``,
        tool.scope === "any" ? "any" : `\`${tool.scope}\``,
        capabilities.get(tool.name) ?? "–",
        vendors.join(", ") || "–",
        namesCell(credentials.map(({ name }) => name)),
        ...(tool.kind === "read" ? ["–", "–"] : [classesCell(tool), lengthCell(tool.window_ms)]),
      ];
    }),
  );
}

/** Every credential, with what it may do at its vendor and the tools that use it. */
export function credentialsTable({ tools, credentials }: Catalogue): string {
  return table(
    ["credential", "vendor", "permission", "tools"],
    credentials.map((credential) => [
      `\`${credential.name}\``,
      credential.vendor.title,
      credential.permission,
      namesCell(tools.filter((tool) => usedBy(tool).includes(credential)).map(({ name }) => name)),
    ]),
  );
}

/** The credentials of a tool, those included with which it only looks up a thing's names. */
function usedBy(tool: Tool): Credential[] {
  const also = tool.kind === "read" ? (tool.also ?? []) : [];
  return [...new Set([...credentialsOf(tool), ...also])];
}

function classesCell({ ports }: Extract<Tool, { kind: "change" }>): string {
  return namesCell([...new Set([...ports.values()].map((port) => port.class))]);
}

function lengthCell(ms: number): string {
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS} h` : `${ms / MINUTE_MS} min`;
}
