/** What models see of each tool. A change of a face is a change for every client: it shows in a file of its own. */
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { listTools } from "../../src/session/lanes/listings.ts";
import { ROLES } from "../../src/toolkit/scopes.ts";
import { catalogue } from "../support/deployed.ts";

const listed = listTools({ roles: ROLES, offers: () => true, catalogue });

test.each(listed)("$name has the face that was agreed on (else: vitest -u)", async (listing) => {
  const { name, title, description, annotations, inputSchema, outputSchema } = listing;
  const scope = catalogue.tool(name)?.scope;
  const face = { name, title, description, annotations, scope, inputSchema, outputSchema };
  await expect(`${JSON.stringify(face, null, 2)}\n`).toMatchFileSnapshot(`faces/${name}.json`);
});

test("every tool is among them, and no face is left of one that is gone", async () => {
  const files = await readdir("test/catalogue/faces");
  expect(files.toSorted()).toEqual(catalogue.tools.map(({ name }) => `${name}.json`).toSorted());
});
