import * as z from "zod";
import { hidesSomething } from "../untrusted/hidden.ts";

/** Scripts and emoji need the joiners, so they may stay; what is compared leaves them out. */
const JOINERS = /[\u200c\u200d]/gu;

const SHORTEST = 3;

/**
 * The title of something that is to be created: one line that reads the same everywhere. An approver must see what a
 * vendor will show, and two titles that look the same must be the same.
 */
export const Title = z
  .string()
  .trim()
  .min(SHORTEST)
  .max(255)
  .refine((title) => isLegible(title), "must be one line without control or invisible characters");

function isLegible(title: string): boolean {
  const seen = title.replace(JOINERS, "");
  return seen.length >= SHORTEST && !hidesSomething(seen) && !/[\t\n\r]/.test(seen);
}
