/** Reads the error in PagerDuty's answer. PagerDuty's words are never passed on. */
import * as z from "zod";

const Words = z.union([
  z.string().transform((said) => [said]),
  z.array(z.unknown()).transform((list) => list.map(String)),
]);

/** The vendor's error: mostly a code of its own with words, and of some operations a list of words alone. */
const ErrorBody = z.object({
  error: z.union([
    z
      .object({ code: z.coerce.number().nullish(), message: z.string().nullish(), errors: Words.nullish() })
      .refine(({ code, message }) => code != null || message != null),
    z.array(z.string()).min(1),
  ]),
});

/** What PagerDuty says went wrong. Its words are for finding out whose mistake it was, and are never passed on. */
export interface PagerDutyError {
  readonly code: number | null;
  readonly words: readonly string[];
}

/** The error in a body; `null` where it isn't PagerDuty's own. */
export function errorIn(payload: unknown): PagerDutyError | null {
  const parsed = ErrorBody.safeParse(payload);
  if (!parsed.success) return null;
  const { error } = parsed.data;
  if (Array.isArray(error)) return { code: null, words: error };
  const { code, message, errors } = error;
  return { code: code ?? null, words: [...(errors ?? []), ...(message == null ? [] : [message])] };
}
