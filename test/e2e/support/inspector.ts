import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

const PACKAGE = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json");
const LAUNCHER = join(dirname(PACKAGE), "clients/launcher/build/index.js");

/** What Inspector's command line came to. */
export interface Inspected {
  readonly code: number | null;
  /** What it printed, as JSON. @throws SyntaxError if it is none */
  readonly json: () => Record<string, unknown>;
  readonly errors: string;
}

/** Runs Inspector's command line against a server. It keeps its catalogue in a folder of its own, for this once. */
export async function inspect(
  mcpUrl: string,
  token: string,
  ...options: readonly string[]
): Promise<Inspected> {
  const home = await mkdtemp(join(tmpdir(), "inspector-"));
  const named = ["--cli", mcpUrl, "--transport", "http", "--header", `Authorization: Bearer ${token}`];
  const child = spawn(process.execPath, [LAUNCHER, ...named, ...options], {
    env: { ...process.env, HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { code, json: () => JSON.parse(output) as Record<string, unknown>, errors };
  } finally {
    child.kill();
    await rm(home, { recursive: true, force: true });
  }
}
