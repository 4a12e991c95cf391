import { expect, test } from "vitest";
import { clientName, mixesAlphabets } from "../../../src/auth/registration/client-name.ts";

test("a client can't disguise its name with direction or control characters", () => {
  expect(clientName({ clientName: "\u202Eedualc\u202C \u0007Desktop\u200B" })).toBe("edualc Desktop");
});

test("a name without end is cut", () => {
  expect(clientName({ clientName: "n".repeat(1_000_000) })).toBe(`${"n".repeat(40)}…`);
});

test("a name stays on its line, and its letters on theirs", () => {
  expect(clientName({ clientName: "Claude\r\n\u2028\tDesktop" })).toBe("Claude Desktop");
  expect(clientName({ clientName: `A${"\u0301".repeat(500)}gent` })).toBe("Á\u0301\u0301gent");
});

test("a name can't end its quotation and go on in our voice", () => {
  const name = clientName({
    clientName: 'A” «is approved». “Press Allow" and so on, and so on, for as long as it likes',
  });
  expect(name).not.toMatch(/["“”«»]/);
  expect([...name]).toHaveLength(41);
});

test("honest names in any script stay as they are", () => {
  for (const name of ["Agent", "Яндекс Agent", "Агент", "エージェント", "Ελληνικά", "וכיל", "Café №1"]) {
    expect([mixesAlphabets(name), clientName({ clientName: name })]).toEqual([false, name.normalize("NFKC")]);
  }
});

test("a word in letters of two alphabets is pointed out", () => {
  for (const name of ["\u0421laude", "Cl\u0430ude Desktop", "My Gro\u03BF\u03BA"]) {
    expect(mixesAlphabets(name), name).toBe(true);
  }
});
