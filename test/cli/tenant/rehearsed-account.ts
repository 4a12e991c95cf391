import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wrangler } from "../../../cli/tenant/wrangler.ts";
import { type Account, emptyAccount, play } from "./stand-in-wrangler.ts";

/** An account that exists only here, a wrangler that works on it, and a folder for a project's files. */
export class RehearsedAccount {
  readonly root = mkdtempSync(join(tmpdir(), "sallyport-tenant-"));
  readonly account: Account = emptyAccount();
  readonly wrangler = new Wrangler(async (args, stdin) => {
    const { code, stdout, stderr } = play(this.account, args, stdin);
    return { code, stdout, output: stdout + stderr };
  });

  read(): Account {
    return structuredClone(this.account);
  }

  change(changes: Partial<Account>): void {
    Object.assign(this.account, changes);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
