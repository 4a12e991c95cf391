/** Where the files of a new deployment lie, in the package. */
import { join } from "node:path";

export const TEMPLATE = join(import.meta.dirname, "template");
