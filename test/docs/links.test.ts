import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** Every page that a reader may come by. */
async function pages(): Promise<string[]> {
  const inDocs = (await readdir("docs", { recursive: true })).map((name) => join("docs", name));
  const atTop = await readdir(".");
  return [...atTop, ...inDocs, "lab/README.md"].filter((name) => name.endsWith(".md"));
}

/** A heading's anchor, as the usual renderers make it. */
function anchorOf(heading: string): string {
  const words = heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "");
  return words.replace(/\s/g, "-");
}

test("every link between pages leads to a page that exists, and to a heading that it has", async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    const text = (await readFile(page, "utf8")).replace(/```[\s\S]*?```/g, "");
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z][a-z+.-]*:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(target)) broken.push(`${page}: ${link}`);
      else if (anchor !== undefined && target.endsWith(".md")) {
        const headings = [...(await readFile(target, "utf8")).matchAll(/^#+ (.*)$/gm)];
        if (!headings.some(([, heading = ""]) => anchorOf(heading) === anchor))
          broken.push(`${page}: ${link}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test("every alert has a page for whoever it wakes", async () => {
  const declared = await readFile("src/observe/log.ts", "utf8");
  const block = /export type AlertName =([^;]*);/.exec(declared)?.[1] ?? "";
  const names = [...block.matchAll(/"([a-z_]+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  const runbooks = await readFile("docs/runbooks/README.md", "utf8");
  expect(names.filter((name) => !runbooks.includes(`\`${name}\``))).toEqual([]);
});

test("every page in docs can be found from another one", async () => {
  const texts = await Promise.all(
    (await pages()).map(async (page) => [page, await readFile(page, "utf8")] as const),
  );
  const linked = new Set(
    texts.flatMap(([page, text]) =>
      [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link = ""]) => join(dirname(page), link)),
    ),
  );
  const folders = [...linked].map((link) => link.replace(/\/$/, ""));
  const lost = texts
    .map(([page]) => page)
    .filter((page) => page.startsWith("docs/"))
    .filter((page) => !linked.has(page) && !folders.includes(dirname(page).replace(/^docs$/, "-")));
  expect(lost).toEqual([]);
});
