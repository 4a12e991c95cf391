/** What this checkout keeps of a tenant. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settingsSchema, type TenantSettings } from "./settings.ts";

/** Where a project keeps what was decided about its tenants. Ignored by git, and without secrets all the same. */
const TENANTS = "tenants";

/** A tenant's folder, `tenants/NAME`. */
export class TenantFolder {
  readonly path: string;

  constructor(root: string, tenant: string) {
    this.path = join(root, TENANTS, tenant);
  }

  /** Path of the rendered configuration. */
  get config(): string {
    return join(this.path, "wrangler.json");
  }

  /** What was decided about the tenant, or `null` if nothing was yet. @throws when the file was edited into something else */
  async settings(): Promise<TenantSettings | null> {
    if (!existsSync(this.#settings)) return null;
    const read = settingsSchema.safeParse(JSON.parse(await readFile(this.#settings, "utf8")));
    if (read.success) return read.data;
    throw new Error(
      `${this.#settings}: ${read.error.issues.map(({ message, path }) => `${path.join(".")}: ${message}`).join("; ")}`,
    );
  }

  saveSettings(settings: TenantSettings): Promise<void> {
    return this.#write(this.#settings, settings);
  }

  saveConfig(config: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#write(this.config, config);
  }

  /** Forgets the tenant. What was exported of it stays. */
  async forget(): Promise<void> {
    await rm(this.#settings, { force: true });
    await rm(this.config, { force: true });
  }

  get #settings(): string {
    return join(this.path, "settings.json");
  }

  async #write(file: string, value: unknown): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
  }
}

/** The tenants that this checkout knows, by name. */
export async function knownTenants(root: string): Promise<string[]> {
  const directory = join(root, TENANTS);
  if (!existsSync(directory)) return [];
  const names = (await readdir(directory)).sort();
  return names.filter((name) => existsSync(join(directory, name, "settings.json")));
}
