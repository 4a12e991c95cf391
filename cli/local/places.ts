/** Where things lie that the commands read or start. The package has another file in this one's place. */
import { join } from "node:path";

/** The project whose Worker is built and served. */
export const PROJECT = join(import.meta.dirname, "../..");
/** The lab's program. */
export const LAB = join(PROJECT, "lab/main.ts");
/** The program of `audit`. */
export const AUDIT = join(PROJECT, "cli/audit.ts");
/** The database's migrations. */
export const MIGRATIONS = join(PROJECT, "migrations");
/** What writes a build: a change to it makes another one of the same sources. */
export const BUILDERS = ["bundle.ts", "worker-config.ts"].map((name) => join(import.meta.dirname, name));
