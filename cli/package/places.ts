/** Where things lie in the package: in place of `local/places.ts`, beside whose chunks this one ends up. */
import { join } from "node:path";

/** The deployment that the commands are run in. */
export const PROJECT = process.cwd();
/** The lab's program. */
export const LAB = join(import.meta.dirname, "lab.js");
/** The program of `audit`. */
export const AUDIT = join(import.meta.dirname, "audit.js");
/** The database's migrations. */
export const MIGRATIONS = join(import.meta.dirname, "migrations");
/** What writes a build: another version of the package builds anew. */
export const BUILDERS = [join(import.meta.dirname, "package.json")];
