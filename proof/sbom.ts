/** `npm run sbom -- FILE`: what is deployed, as a CycloneDX document. Without a file, on stdout. */
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";

const { args } = new Command("sbom")
  .description("Writes what is deployed as a CycloneDX document.")
  .argument(
    "[file]",
    "where to write it; stdout by default, after npm's banner unless it is told to be silent",
  )
  .parse();
const [file] = args;

const { status } = spawnSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev"], {
  cwd: join(import.meta.dirname, ".."),
  stdio: ["ignore", file === undefined ? "inherit" : openSync(file, "w"), "inherit"],
});
process.exitCode = status ?? 1;
