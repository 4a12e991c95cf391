import type { Tool } from "../../path/tool.ts";
import { lookupCve } from "./lookup-cve.ts";

/** What public intelligence contributes to the catalogue. */
export const intelligenceTools: readonly Tool[] = [lookupCve];
