/** Runs a folder of tests with variables of a command. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Runs a folder of the Node tests with further variables in their environment. Returns their exit code. */
export async function runTests(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const vitest = spawn(join(ROOT, "node_modules/.bin/vitest"), ["run", "--project", "node", folder], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const [code] = await once(vitest, "exit");
  return code ?? 1;
}
