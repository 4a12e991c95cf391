/** Lists the tools that are about Sallyport itself. */
import type { Tool } from "../../toolkit/tool.ts";
import { getOperation } from "./get-operation.ts";
import { listOperationsTool } from "./list-operations.ts";
import { searchAuditTool } from "./search-audit.ts";
import { whoami } from "./whoami.ts";

/** The tools that are about Sallyport itself. */
export const ownTools: readonly Tool[] = [whoami, getOperation, listOperationsTool, searchAuditTool];
