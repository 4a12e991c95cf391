/** A listing of the project tells a reader where things are: names with one meaning, files and folders of a size to read. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const FOLDERS = ["src", "verifier", "lab", "cli", "proof"].map((folder) => join(ROOT, folder));

/** The entry of a deployment exports its object classes again under the names that wrangler.toml gives them. */
const ENTRY = "src/index.ts";

const MOST_LINES = 350;
const MOST_FILES = 20;

const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
).filter((file) => statSync(file).isFile());
const CODE = FILES.filter((file) => /\.tsx?$/.test(file));

const inProject = (file: string) => file.slice(ROOT.length + 1);
const textOf = (file: string) => readFileSync(file, "utf8");

function exportsOf(file: string): string[] {
  const declared = /^export (?:async |abstract )?(?:function\*?|class|const|interface|type|enum) (\w+)/gm;
  // A schema and its type share one name on purpose: they are one idea.
  return [...new Set([...textOf(file).matchAll(declared)].map(([, name = ""]) => name))];
}

test("no name is exported by two files of src", () => {
  const homes = Map.groupBy(
    CODE.map(inProject)
      .filter((file) => file.startsWith("src/") && file !== ENTRY)
      .flatMap((file) => exportsOf(join(ROOT, file)).map((name) => ({ name, file }))),
    ({ name }) => name,
  );
  expect(homes.size).toBeGreaterThan(1_000);
  const twice = [...homes].filter(([, places]) => places.length > 1);
  expect(twice.map(([name, places]) => `${name}: ${places.map(({ file }) => file).join(", ")}`)).toEqual([]);
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const long = CODE.filter((file) => textOf(file).trimEnd().split("\n").length > MOST_LINES);
  expect(long.map(inProject)).toEqual([]);
});

test(`no folder has more than ${MOST_FILES} files`, () => {
  const beside = ["bench", "docs"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join(ROOT, folder, file),
    ),
  );
  const files = [...FILES, ...beside.filter((file) => statSync(file).isFile())];
  const folders = Map.groupBy(files, (file) => dirname(file));
  const full = [...folders].filter(([, files]) => files.length > MOST_FILES);
  expect(full.map(([folder, files]) => `${inProject(folder)}: ${files.length}`)).toEqual([]);
});

test("every file opens with what it is for", () => {
  const silent = CODE.filter((file) => !/^(?:#!.*\n)?\/(?:\*\*|\/)/.test(textOf(file)));
  expect(silent.map(inProject)).toEqual([]);
});
