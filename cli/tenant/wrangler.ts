/** Speaks to Cloudflare by wrangler's own commands. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What a wrangler command left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr, without colours. */
  readonly output: string;
}

/** A wrangler command that failed. The message holds what wrangler said, and nothing that it was told on stdin. */
export class WranglerFailure extends Error {
  readonly output: string;

  constructor(args: readonly string[], { code, output }: Outcome) {
    super(`wrangler ${args.join(" ")} failed (exit code ${code})\n${output.trim()}`);
    this.name = "WranglerFailure";
    this.output = output;
  }
}

/** Runs a command of wrangler's with its arguments and what it reads. */
export type Program = (args: readonly string[], stdin: string) => Promise<Outcome>;

/** Cloudflare, by way of wrangler's own commands: it knows how to sign in, and its commands are documented. */
export class Wrangler {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Runs a command. `stdin` is the only way for a secret: arguments show in the list of processes. */
  async run(args: readonly string[], stdin = ""): Promise<string> {
    const outcome = await this.#program(args, stdin);
    if (outcome.code !== 0) throw new WranglerFailure(args, outcome);
    return outcome.output;
  }

  /** What a command prints as JSON. @throws WranglerFailure */
  async json(args: readonly string[]): Promise<unknown> {
    const outcome = await this.#program(args, "");
    if (outcome.code !== 0) throw new WranglerFailure(args, outcome);
    try {
      return JSON.parse(outcome.stdout);
    } catch {
      throw new WranglerFailure(args, { ...outcome, output: `not JSON: ${outcome.output}` });
    }
  }
}

/** How wrangler is started. */
export interface ProgramOptions {
  readonly cwd: string;
  /** The account, where there are several. */
  readonly account_id?: string | undefined;
  /** Program and first arguments; the project's own wrangler by default. */
  readonly command?: readonly string[];
}

/** wrangler as a process of its own. */
export function wranglerProgram({ cwd, account_id, command = ownWrangler() }: ProgramOptions): Program {
  const [program = "", ...first] = command;
  return async (args, stdin) => {
    const child = spawn(program, [...first, ...args], {
      cwd,
      env: {
        ...process.env,
        // Nobody sits at its prompts: it must take its documented defaults, or fail.
        CI: "true",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_WRITE_LOGS: "false",
        ...(account_id === undefined ? {} : { CLOUDFLARE_ACCOUNT_ID: account_id }),
      },
    });
    const stdout: string[] = [];
    const output: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout.push(text);
      output.push(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => output.push(text));
    // A command that ends without reading is told by its exit code, not by a broken pipe.
    child.stdin.on("error", () => {}).end(stdin);
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject).once("close", (exit) => resolve(exit ?? 1));
    });
    const plain = (texts: readonly string[]): string => stripVTControlCharacters(texts.join(""));
    return { code, stdout: plain(stdout), output: plain(output) };
  };
}

function ownWrangler(): readonly string[] {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  return [process.execPath, join(dirname(manifest), "bin/wrangler.js")];
}
