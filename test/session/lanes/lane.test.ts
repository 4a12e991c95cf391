import { describe, expect, it } from "vitest";
import { listTools } from "../../../src/session/lanes/listings.ts";
import { ROLES, type Role, scopesOfRoles } from "../../../src/toolkit/scopes.ts";
import { catalogue, TOOLS } from "../../support/deployed.ts";

/** Names, descriptions and schemas of arguments cost every client's context window. */
const BUDGET_BYTES = 36 * 1024;
const VIEWER_BUDGET_BYTES = 16 * 1024;
/** Schemas of results come on top. */
const OUTPUT_BUDGET_BYTES = 24 * 1024;

/** Whoever holds these roles, on an instance that has every vendor. */
const all = (roles: readonly Role[]) => ({ roles, offers: () => true, catalogue });

describe("tools/list", () => {
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const withoutOutput = (roles: readonly Role[]) =>
    listTools(all(roles)).map(({ outputSchema: _output, ...listing }) => listing);

  it("stays within its budget with every tool there is, and well within it for a viewer", () => {
    expect(listTools(all(ROLES))).toHaveLength(TOOLS.length);
    expect(bytesOf(withoutOutput(ROLES))).toBeLessThan(BUDGET_BYTES);
    expect(bytesOf(withoutOutput(["viewer"]))).toBeLessThan(VIEWER_BUDGET_BYTES);
    expect(bytesOf(listTools(all(ROLES)).map((tool) => tool.outputSchema))).toBeLessThan(OUTPUT_BUDGET_BYTES);
  });

  it("says of every tool what its results look like, with nothing left to look up", () => {
    for (const { name, outputSchema, annotations, title } of listTools(all(ROLES))) {
      const text = JSON.stringify(outputSchema);
      expect(outputSchema, name).toMatchObject({
        type: "object",
        properties: { status: { enum: expect.arrayContaining(["ok", "error"]) }, data: { type: "object" } },
      });
      expect(text, name).not.toMatch(/\$ref|\$defs|"description"/);
      expect(annotations.title).toBe(title);
    }
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

  it("says of every argument of every tool what it is for", () => {
    const silent = listTools(all(ROLES)).flatMap(({ name, inputSchema }) =>
      Object.entries(inputSchema.properties ?? {})
        .filter(([, argument]) => !(argument as { description?: string }).description)
        .map(([argument]) => `${name}.${argument}`),
    );
    expect(silent).toEqual([]);
  });

  it("declares only strict inputs", () => {
    for (const { name, inputSchema } of listTools(all(ROLES))) {
      expect(inputSchema.additionalProperties, name).toBe(false);
    }
  });

  it("tells clients the truth about what each tool does", () => {
    for (const { kind, annotations, name, title, description } of TOOLS) {
      expect(annotations.readOnlyHint, name).toBe(kind === "read");
      expect(annotations.destructiveHint, name).toBe(kind === "change");
      expect(name).toMatch(/^[a-z][a-z_]{2,63}$/);
      expect(title.length, name).toBeGreaterThan(3);
      expect(description.length, name).toBeLessThan(300);
    }
  });
});
