import * as z from "zod";

/**
 * Line breaks, control characters, halves of characters, and what is not seen or turns the direction of reading: a
 * title is one line, and an approver must see what a vendor will show. The joiners stay: scripts and emoji need them.
 */
const UNREADABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The title of something that is to be created: one line that reads the same everywhere. */
export const Title = z
  .string()
  .trim()
  .min(3)
  .max(255)
  .refine((title) => !UNREADABLE.test(title), "must be one line without control or invisible characters");
