import { expect, test } from "vitest";
import { z } from "zod";
import { inputSchemaOf, writtenShape } from "../../bench/workers/written-schema.ts";
import { TOOLS } from "../support/deployed.ts";

test.each(TOOLS)("the template's schema of $name says what ours says", ({ input }) => {
  const ours = inputSchemaOf(input);
  expect(inputSchemaOf(z.strictObject(writtenShape(ours)))).toEqual(ours);
});
