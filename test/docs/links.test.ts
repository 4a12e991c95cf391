import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** The pages that somebody reads, by the folders that hold them. */
async function pages(): Promise<string[]> {
  const below = async (folder: string) =>
    (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const files = [
    ...(await readdir(".")),
    ...(await below("docs")),
    ...(await below("lab")),
    ...(await below(".github")),
  ];
  return files.filter((name) => name.endsWith(".md"));
}

/** A heading's anchor, as GitHub makes it. */
function anchorsIn(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

test("every link between the pages leads somewhere", async () => {
  const dead: string[] = [];
  for (const page of await pages()) {
    const text = await readFile(page, "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      const found =
        existsSync(file) && (anchor === undefined || anchorsIn(await readFile(file, "utf8")).has(anchor));
      if (!found) dead.push(`${page}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});
