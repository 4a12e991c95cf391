import type { Tool } from "../../path/tool.ts";
import { getOperation } from "./get-operation.ts";
import { searchAuditTool } from "./search-audit.ts";
import { whoami } from "./whoami.ts";

/** The tools that are about Sallyport itself. */
export const sallyportTools: readonly Tool[] = [whoami, getOperation, searchAuditTool];
