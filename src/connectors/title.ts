import { z } from "zod";

/**
 * Line breaks, control characters, halves of characters, and marks that turn the direction of reading: a title
 * is one line, and an approver must see what a vendor will show.
 */
const UNREADABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The title of something that is to be created: one line that reads the same everywhere. */
export const Title = z
  .string()
  .trim()
  .min(3)
  .max(255)
  .refine((title) => !UNREADABLE.test(title), "must be one line without control characters");
