import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Lab, startLab } from "../../lab/lab.ts";
import { listen } from "../../lab/listen.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Answers each POST with the URL of a lab that nobody else has. */
    labsUrl: string;
  }
}

/**
 * A lab for each file of tests that asks for one, on a port that the system chose: faults hold for everybody who talks
 * to a lab, so files that run side by side can't share one. They all stop at the end, since no file says when it is
 * done; a lab that nobody talks to costs next to nothing.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateDir = await mkdtemp(join(tmpdir(), "sallyport-labs-"));
  const labs: Promise<Lab>[] = [];
  const listening = await listen(["127.0.0.1"], 0, async (_request, response) => {
    const lab = startLab({ port: 0, stateDir: join(stateDir, String(labs.length)) });
    labs.push(lab);
    response.end((await lab).url);
  });
  project.provide("labsUrl", `http://127.0.0.1:${listening.port}`);
  return async () => {
    await listening.close();
    for (const lab of labs) await (await lab).close();
    await rm(stateDir, { recursive: true, force: true });
  };
}
