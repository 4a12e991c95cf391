import { describe, expect, it } from "vitest";
import { TOOLS } from "../../src/catalogue.ts";
import { ROLES, type Role, scopesOfRoles } from "../../src/path/scopes.ts";
import { listTools } from "../../src/session/listings.ts";

/** Names, descriptions and schemas cost every client's context window. */
const BUDGET_BYTES = 24 * 1024;

/** Whoever holds these roles, on an instance that has every vendor. */
const all = (roles: readonly Role[]) => ({ roles, offers: () => true });

describe("tools/list", () => {
  it("stays under 24 KB with every tool there is", () => {
    const bytes = Buffer.byteLength(JSON.stringify({ tools: listTools(all(ROLES)) }));
    expect(listTools(all(ROLES))).toHaveLength(TOOLS.length);
    expect(bytes).toBeLessThan(BUDGET_BYTES);
  });

  it("shows what the role allows, whatever the token says, in a fixed order", () => {
    for (const role of ROLES) {
      const allowed: readonly string[] = scopesOfRoles([role]);
      const names = listTools(all([role])).map(({ name }) => name);
      expect(names).toEqual(
        TOOLS.filter(({ scope }) => scope === "any" || allowed.includes(scope)).map(({ name }) => name),
      );
      expect(names).toEqual(names.toSorted());
    }
  });

  it("shows nothing to whoever has no role", () => {
    expect(listTools(all([]))).toEqual([]);
  });

  it("declares only strict inputs", () => {
    for (const { name, inputSchema } of listTools(all(ROLES))) {
      expect(inputSchema.additionalProperties, name).toBe(false);
    }
  });

  it("tells clients the truth about what each tool does", () => {
    for (const { kind, annotations, name, title, description } of TOOLS) {
      expect(annotations.readOnlyHint, name).toBe(kind === "read");
      expect(annotations.destructiveHint && kind === "read", name).toBe(false);
      expect(name).toMatch(/^[a-z][a-z_]{2,63}$/);
      expect(title.length, name).toBeGreaterThan(3);
      expect(description.length, name).toBeLessThan(300);
    }
  });
});
