/** Declares the title of something that is to be created. */
import * as z from "zod";
import { isLegibleLine } from "./text/hidden.ts";

/** The title of something that is to be created: one line, of which an approver sees all that a vendor will store. */
export const Title = z
  .string()
  .trim()
  .min(3)
  .max(255)
  .refine(isLegibleLine, "must be one line without control or invisible characters");
