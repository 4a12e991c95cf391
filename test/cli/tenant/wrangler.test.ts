import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lookUp, NOTHING } from "../../../cli/tenant/account.ts";
import { createTenant } from "../../../cli/tenant/create.ts";
import { TenantFolder } from "../../../cli/tenant/folder.ts";
import { resourcesOf } from "../../../cli/tenant/render.ts";
import { fromJson } from "../../../cli/tenant/secrets.ts";
import { Wrangler, WranglerFailure, wranglerProgram } from "../../../cli/tenant/wrangler.ts";
import { acme, base, SECRETS } from "./acme.ts";
import { RehearsedAccount } from "./rehearsed-account.ts";
import { emptyAccount } from "./stand-in-wrangler.ts";

/** A wrangler in a process of its own. */
function processOn(rehearsed: RehearsedAccount): Wrangler {
  const file = join(rehearsed.root, "account.json");
  writeFileSync(file, JSON.stringify(emptyAccount()));
  const program = join(import.meta.dirname, "stand-in-main.ts");
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", program, file];
  return new Wrangler(wranglerProgram({ cwd: rehearsed.root, command }));
}

test("a tenant comes up through a wrangler in a process of its own", async () => {
  const rehearsed = new RehearsedAccount();
  try {
    const wrangler = processOn(rehearsed);
    const resources = resourcesOf(base, "acme");
    expect(await lookUp(wrangler, resources)).toEqual(NOTHING);
    const folder = new TenantFolder(rehearsed.root, "acme");
    const secrets = fromJson(JSON.stringify(SECRETS));
    await createTenant({ base, settings: acme, folder, wrangler, secrets, say: () => {} });
    const found = await lookUp(wrangler, resources);
    expect([...found.d1.keys(), ...found.kv.keys()]).toEqual([...resources.d1, ...resources.kv]);
    expect(found.secrets).toEqual(new Set(Object.keys(SECRETS)));
  } finally {
    rehearsed.remove();
  }
});

test("a failure says what wrangler said, without its colours, and nothing that was on stdin", async () => {
  const rehearsed = new RehearsedAccount();
  try {
    const failed = processOn(rehearsed).run(["d1", "frobnicate"], "a secret");
    const thrown = await failed.catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(WranglerFailure);
    expect((thrown as WranglerFailure).message).toBe(
      "wrangler d1 frobnicate failed (exit code 1)\n✘ [ERROR] Unknown arguments: d1 frobnicate",
    );
  } finally {
    rehearsed.remove();
  }
});
