#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** `sallyport`: the commands that people run in a deployment of their own. */

/** Each reads its own arguments when it is loaded. */
const COMMANDS: Readonly<Record<string, readonly [what: string, run: () => Promise<unknown>]>> = {
  init: ["writes a deployment with a connector of its own", () => import("./init.ts")],
  dev: ["starts the lab and the Worker on this machine", () => import("../start.ts")],
  token: ["signs in and prints a token, for scripts", () => import("../token.ts")],
  doctor: ["says what an instance lacks", () => import("../doctor.ts")],
  tenant: ["creates, upgrades and destroys instances", () => import("../tenant.ts")],
  audit: ["verifies and exports the audit", () => import("../audit.ts")],
  report: ["writes a compliance report", () => import("../report.ts")],
};

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined) {
  const lines = Object.entries(COMMANDS).map(([command, [what]]) => `  ${command.padEnd(8)} ${what}`);
  const asked = name === "" || name === "--help" || name === "-h";
  const text = ["Usage: sallyport <command> [options]", "", ...lines, ""].join("\n");
  if (asked) console.log(text);
  else console.error(`sallyport: there is no command ${JSON.stringify(name)}.\n\n${text}`);
  process.exitCode = asked ? 0 : 2;
} else {
  process.argv.splice(2, process.argv.length, ...rest);
  const [, run] = command;
  await run();
}
