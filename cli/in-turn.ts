/**
 * `npm run check`, `check:types` and `deploy`: commands of several steps, each begun once the one before it went well.
 * As a shell's chain they would hand `--help` to their last step, after having done the others.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Command } from "commander";

interface Steps {
  readonly description: string;
  /** As the shell takes them. */
  readonly steps: readonly string[];
}

const COMMANDS: Readonly<Record<string, Steps>> = {
  check: {
    description: "Checks types, lint and format, and dead code.",
    steps: ["npm run check:types", "npm run check:lint", "npm run check:dead"],
  },
  "check:types": {
    description:
      "Checks the types of the Worker, of everything that runs in Node, and of the verifier alone.",
    steps: [
      "npm run types -- --check",
      "tsc -p tsconfig.json",
      "tsc -p tsconfig.node.json",
      "tsc -p tsconfig.verifier.json",
    ],
  },
  deploy: {
    description: "Applies D1's migrations and deploys the Worker of wrangler.toml. docs/deploy.md says more.",
    steps: ["wrangler d1 migrations apply DB --remote", "wrangler deploy"],
  },
};

const [name = "", ...rest] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) throw new Error(`there is no command ${name}`);
const { description, steps } = command;
new Command(name)
  .description(description)
  .addHelpText("after", `\nRuns, in turn:\n${steps.map((step) => `  ${step}`).join("\n")}`)
  .parse(rest, { from: "user" });

for (const step of steps) {
  const [code] = await once(spawn(step, { shell: true, stdio: "inherit" }), "exit");
  if (code === 0) continue;
  process.exitCode = code ?? 1;
  break;
}
