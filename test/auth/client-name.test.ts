import { expect, test } from "vitest";
import { clientName } from "../../src/auth/client-name.ts";

test("a client can't disguise its name with direction or control characters", () => {
  expect(clientName({ clientName: "\u202Eedualc\u202C \u0007Desktop\u200B" })).toBe("edualc Desktop");
});

test("a name without end is cut", () => {
  expect(clientName({ clientName: "n".repeat(1_000_000) })).toBe(`${"n".repeat(80)}…`);
});
