/**
 * Old and new code side by side, as during a deployment: a call may come in through one version and meet an object of
 * the other. `npm run test:beside -- PATH` takes a checkout of the other version (with its dependencies installed) and
 * has the demo's story told four times: each version in front, with the sessions of either, and everything else of the
 * other version.
 */
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import type { V4WorkerOptions } from "miniflare";
import { LabControls } from "../../cli/demo/lab.ts";
import { Narrator } from "../../cli/demo/narrator.ts";
import { tell } from "../../cli/demo/story.ts";
import { type Bundle, bundleWorker } from "../../cli/local/bundle.ts";
import { instanceEnvironment } from "../../cli/local/local-environment.ts";
import { startTestInstance } from "../support/instance.ts";

const [path = ""] = new Command("test:beside")
  .description("Tells the demo's story with objects of two versions side by side, as during a deployment.")
  .argument("<checkout>", "of the other version, with its dependencies installed")
  .parse().args;
const other = resolve(path);
const here = resolve(import.meta.dirname, "../..");
/** Beside those of the front: where the objects of a call are, that are not of the version it came in through. */
const OTHERS = "the-other-version";

for (const [front, back] of [
  [here, other],
  [other, here],
] as const) {
  for (const sessions of [front, back]) {
    const names = { [here]: "this version", [other]: "the other version" };
    console.info(
      `\n━━ ${names[front]} in front, its sessions of ${names[sessions]}, objects of ${names[back]}`,
    );
    await story(front, back, sessions === back);
  }
}

/** @throws Error if a scene of the story doesn't hold */
async function story(front: string, back: string, sessionsToo: boolean): Promise<void> {
  const beside = await bundleWorker(back);
  const instance = await startTestInstance({
    project: front,
    arrange: (worker) => mixed(worker, beside, sessionsToo),
    log: () => undefined,
  });
  try {
    const narrator = new Narrator();
    await tell({ mcpUrl: `${instance.url}/mcp`, lab: new LabControls(instance.lab.url), narrator });
    console.info(`\nAll ${narrator.told} scenes held.`);
  } finally {
    await instance.dispose();
  }
}

/** The Worker with its objects, or all but its sessions, given to another version of the code. */
function mixed(worker: V4WorkerOptions, { script, config }: Bundle, sessionsToo: boolean): V4WorkerOptions[] {
  const placed = (name: string) =>
    Object.fromEntries(
      Object.entries(worker.durableObjects ?? {}).map(([binding, declared]) => {
        if (typeof declared === "string") throw new TypeError(`${binding} is declared by its class alone`);
        const home = binding === "SESSION" && !sessionsToo ? worker.name : OTHERS;
        return [binding, home === name ? declared : { ...declared, scriptName: home }];
      }),
    );
  const { PUBLIC_URL: publicUrl = "", OIDC_ISSUER = "" } = worker.bindings as Record<string, string>;
  // A queue has one consumer: the front's.
  const { queueConsumers: _queues, ...options } = config.options;
  return [
    { ...worker, durableObjects: placed(worker.name ?? "") },
    {
      ...options,
      name: OTHERS,
      modules: true,
      scriptPath: script,
      modulesRoot: dirname(script),
      // Each version runs with the variables that it was deployed with.
      bindings: instanceEnvironment(config, { publicUrl, labUrl: new URL(OIDC_ISSUER).origin }, process.env),
      durableObjects: placed(OTHERS),
    },
  ] as V4WorkerOptions[];
}
