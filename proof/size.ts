/**
 * `npm run size`: what the Worker weighs, and the packages that it is made of. Exit 1 when something is in it that no
 * request uses, or when it weighs more than it should.
 */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { bundleWorker } from "../cli/local/bundle.ts";
import { bytesByPackage, type Metafile, modulesIn } from "./size/contents.ts";
import { GZIP_BUDGET, kib, sizeProblems } from "./size/problems.ts";

new Command("size")
  .description("Says what the Worker weighs and what it is made of, and whether that is too much.")
  .parse();

const { script, metafile } = await bundleWorker();
const bytes = await readFile(script);
const gzip_bytes = gzipSync(bytes).byteLength;
const modules = modulesIn(JSON.parse(await readFile(metafile, "utf8")) as Metafile);
console.log(`${kib(bytes.byteLength)}, compressed ${kib(gzip_bytes)} of ${kib(GZIP_BUDGET)}.`);
for (const [name, size] of bytesByPackage(modules)) console.log(`${kib(size).padStart(9)}  ${name}`);
const problems = sizeProblems(modules, gzip_bytes);
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
