/** `npm run lab`: the simulated estate alone. */
import { Command } from "commander";
import { startLab } from "./lab.ts";

new Command("lab")
  .description("Starts the lab alone: the identity provider, the vendors' simulators, and their faults.")
  .addHelpText("after", "\nEnvironment: LAB_PORT (8790), STATE_DIR (.state).")
  .parse();

/** A port from the environment; a bad one is named, not guessed at. */
function portFrom(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} must be a port number from 0 to 65535, not "${text}"`);
}

async function main(): Promise<void> {
  const port = portFrom("LAB_PORT", 8790);
  const lab = await startLab({ port, stateDir: process.env.STATE_DIR || ".state" }).catch((error) => {
    if (error?.code !== "EADDRINUSE") throw error;
    throw new Error(`LAB_PORT ${port} is already in use`);
  });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void lab.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);

  const { url, issuer, vendors } = lab;
  // The one line on stdout that other programs wait for; everything else goes to stderr.
  process.stdout.write(`lab ${JSON.stringify({ url, issuer, vendors })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
