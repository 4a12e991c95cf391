import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { localEnvironment } from "./cli/local/local-environment.ts";

/** Each file runs in a workerd of its own, and these options are asked for before it starts. */
async function labOfItsOwn(labsUrl: string): Promise<string> {
  const answer = await fetch(labsUrl, { method: "POST" });
  return answer.text();
}

/** Two projects: what runs inside workerd, and what drives it (or is pure) from Node. */
export default defineConfig({
  test: {
    // Files wait for processes and timers more than they compute, so two run at a time on two cores.
    maxWorkers: 2,
    projects: [
      {
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ...localEnvironment({
                  publicUrl: "http://localhost:8787",
                  labUrl: await labOfItsOwn(inject("labsUrl")),
                }),
                // What a source said before a fault would stand for what it says under it.
                INTELLIGENCE_MEMORY_MS: "0",
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.worker.test.ts"],
          globalSetup: ["test/support/lab-setup.ts"],
          setupFiles: ["test/support/worker/setup.ts"],
          testTimeout: 30_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.worker.test.ts"],
          testTimeout: 60_000,
          // What is polled for comes when it comes; how fast is no claim of a test.
          expect: { poll: { timeout: 30_000 } },
          // The first test to need the Worker's bundle builds it.
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
