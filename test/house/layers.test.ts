/** The folders of `src` are its layers: an import leads down, never up. So it does between the project's own folders. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

/** From the ground up. Files that lie in no folder are the roof. */
const LAYERS = [
  "toolkit",
  "observe",
  "audit",
  "limits",
  "auth",
  "policy",
  "capabilities",
  "downstream",
  "person",
  "tenant",
  "effect",
  "connectors",
  "path",
  "catalogue",
  "session",
  "console",
  "(roof)",
];

/** What the platform hands over. It is types alone, names every object's class, and stands beside the layers. */
const BINDINGS = "bindings.ts";

/** Those who know vendors: a connector knows its own, and the top puts them together. */
const KNOW_VENDORS = ["connectors", "catalogue", "(roof)"];

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsIn(folder: string, from: string): Import[] {
  const text = readFileSync(join(folder, from), "utf8");
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) => ({
    from,
    to: normalize(join(dirname(from), path)),
  }));
}

function layerOf(file: string): number {
  const [folder = "", below] = file.split("/");
  return LAYERS.indexOf(below === undefined ? "(roof)" : folder);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
}

const FILES = filesIn(SRC);
const IMPORTS = FILES.flatMap((file) => importsIn(SRC, file));

test("every folder is a layer, and every layer is a folder", () => {
  const folders = [...new Set(FILES.filter((file) => file.includes("/")).map((file) => file.split("/")[0]))];
  expect(folders.toSorted()).toEqual(LAYERS.filter((layer) => layer !== "(roof)").toSorted());
});

test("no import leads up", () => {
  expect(IMPORTS.length).toBeGreaterThan(1_000);
  const up = IMPORTS.filter(({ from, to }) => layerOf(to) > layerOf(from) && to !== BINDINGS);
  expect(up.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("a connector imports no other, and nothing below the top imports one", () => {
  const vendorOf = (file: string) => (file.startsWith("connectors/") ? file.split("/")[1] : undefined);
  const wrong = IMPORTS.filter(({ from, to }) => {
    const [theirs, own] = [vendorOf(to), vendorOf(from)];
    if (theirs === undefined || theirs === own) return false;
    return own !== undefined || !KNOW_VENDORS.includes(LAYERS[layerOf(from)] ?? "");
  });
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test.each([
  // An auditor needn't trust the house under audit.
  ["verifier", ["verifier"]],
  ["src", ["src", "verifier"]],
  ["cli", ["src", "verifier", "cli", "lab"]],
  ["proof", ["src", "verifier", "cli", "lab", "proof", "test"]],
])("%s/ imports nothing but %j", (folder, allowed) => {
  const files = filesIn(join(ROOT, folder)).map((file) => join(folder, file));
  const imports = files.flatMap((file) => importsIn(ROOT, file));
  expect(imports.length).toBeGreaterThan(10);
  const wrong = imports.filter(({ to }) => !allowed.includes(to.split("/")[0] ?? ""));
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("what is published names no global Env: a deployment has its own", () => {
  const named = FILES.filter((file) => file !== BINDINGS).filter((file) => {
    const text = readFileSync(join(SRC, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    return /\bEnv\b/.test(text) && !/import type \{ Env \} from "[./]+\/bindings\.ts"/.test(text);
  });
  expect(named).toEqual([]);
});
