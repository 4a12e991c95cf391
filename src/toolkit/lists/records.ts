/**
 * Lists of a vendor's records, read one by one. One record that we can't read must not hide the others, and must not
 * vanish either: it is left out and counted.
 */
import * as z from "zod";

/** What could be read of a list. */
export interface Records<Record> {
  readonly records: readonly Record[];
  /** How many of the list's records were left out because they couldn't be read. */
  readonly unreadable: number;
}

/**
 * A schema for a list of records. `null`, as Go writes an empty list, is an empty list.
 *
 * The list as a whole fails only if none of its records can be read: then the vendor has changed its contract, and the
 * path of the issue leads to what is wrong with the first record.
 */
export function records<Schema extends z.ZodType>(record: Schema) {
  return z
    .array(z.unknown())
    .nullable()
    .transform((list, context): Records<z.output<Schema>> => {
      const read: z.output<Schema>[] = [];
      let first: z.core.$ZodIssue | undefined;
      let place = 0;
      for (const [at, item] of (list ?? []).entries()) {
        const parsed = record.safeParse(item);
        if (parsed.success) read.push(parsed.data);
        else if (first === undefined) {
          first = parsed.error.issues[0];
          place = at;
        }
      }
      if (read.length === 0 && first !== undefined) {
        context.issues.push({
          code: "custom",
          path: [place, ...first.path],
          message: first.message,
          input: list,
        });
        return z.NEVER;
      }
      return { records: read, unreadable: (list ?? []).length - read.length };
    });
}

/** The same records, each as something else. */
export function mapRecords<From, To>(
  { records: list, unreadable }: Records<From>,
  to: (record: From) => To,
): Records<To> {
  return { records: list.map(to), unreadable };
}
