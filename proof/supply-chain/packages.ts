/** Reads the manifest and the lockfile. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  allowScripts: z.record(z.string(), z.boolean()).default({}),
});

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().default(false),
      hasInstallScript: z.boolean().default(false),
    }),
  ),
});

/** One installed package. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** As the package says it: an SPDX expression if all is well; `null` if it says nothing. */
  readonly license: string | null;
  /** The hash that its contents are held against, or `null`. */
  readonly integrity: string | null;
  /** Nothing of it can be part of what is deployed. */
  readonly dev: boolean;
  readonly hasInstallScript: boolean;
}

/** What the project asks for, and what it got. */
export interface Installation {
  readonly dependencies: Readonly<Record<string, string>>;
  /** Packages whose install scripts may run (`true`) or may not (`false`). */
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly packages: readonly Package[];
}

/** Reads the manifest and the lockfile in `root`. Packages of other platforms, which npm left out, are left out. */
export function readInstallation(root: string): Installation {
  const manifest = Manifest.parse(readJson(join(root, "package.json")));
  const lockfile = Lockfile.parse(readJson(join(root, "package-lock.json")));
  const packages = Object.entries(lockfile.packages)
    .filter(([path]) => path !== "" && existsSync(join(root, path, "package.json")))
    .map(([path, { version = "", integrity = null, license = null, dev, hasInstallScript }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return { name, version, integrity, license, dev, hasInstallScript };
    });
  return {
    dependencies: { ...manifest.dependencies, ...manifest.devDependencies },
    allowScripts: manifest.allowScripts,
    packages,
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
