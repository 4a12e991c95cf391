import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLab } from "../../lab/lab.ts";

declare module "vitest" {
  interface ProvidedContext {
    labUrl: string;
  }
}

/** One lab for a whole project of tests, on a port that the system chose. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateDir = await mkdtemp(join(tmpdir(), "sallyport-lab-"));
  const lab = await startLab({ port: 0, stateDir });
  project.provide("labUrl", lab.url);
  return async () => {
    await lab.close();
    await rm(stateDir, { recursive: true, force: true });
  };
}
