import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};
/** A program of ours: Node's own options, the program, and what package.json gives it. */
const OURS = /^(?:exec )?node (?<options>(?:--\S+ )*)(?<program>\S+\.ts)(?<more>.*)$/;

const ours = Object.entries(scripts).flatMap(([name, script]) => {
  const { options = "", program = "", more = "" } = OURS.exec(script)?.groups ?? {};
  return program === "" ? [] : [{ name, words: [...words(options), join(ROOT, program), ...words(more)] }];
});

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

test.each(ours)("npm run $name -- --help prints its help and does nothing else", ({ name, words }) => {
  const directory = mkdtempSync(join(tmpdir(), "sallyport-help-"));
  try {
    // Ports on which nobody answers: a program that went on would fail, or say something else.
    const env = { ...process.env, PORT: "9", LAB_PORT: "9", STATE_DIR: join(directory, "state") };
    const options = { cwd: directory, env, encoding: "utf8", timeout: 30_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...words, "--help"], options);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^Usage: ${name} .*\n\n[A-Z][^\n]+`));
    expect(stdout).toMatch(/^ {2}-h, --help /m);
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("no other command is a chain, which would hand --help to its last step after doing the others", () => {
  expect(ours.length).toBeGreaterThan(25);
  const others = Object.entries(scripts).filter(([, script]) => !OURS.test(script));
  expect(others.filter(([, script]) => /&&|;|\|/.test(script))).toEqual([]);
});
