import { expect, it } from "vitest";
import { listPrompts } from "../../../src/session/lanes/listings.ts";
import { ROLES } from "../../../src/toolkit/scopes.ts";
import { catalogue } from "../../support/deployed.ts";

/** Arguments that are valid for the prompts that need some. */
const ARGUMENTS: Readonly<Record<string, Record<string, string>>> = {
  contain_safely: { device_id: "0".repeat(32) },
  investigate_detection: { detection_id: "abc:ind:1-2" },
  weekly_control_review: {},
};

async function textOf(name: string): Promise<string> {
  const prompt = catalogue.prompts.find((each) => each.name === name);
  const outcome = await prompt?.read.run(ARGUMENTS[name] ?? {}, { now: 0 } as never);
  if (outcome?.outcome !== "found") throw new Error(`${name} has no text`);
  return (outcome.data as { text: string }).text;
}

it.each(catalogue.prompts.map(({ name }) => name))(
  "%s names every tool that it leads to, and they exist",
  async (name) => {
    const text = await textOf(name);
    const { tools = [], also = [] } = catalogue.prompt(name) ?? {};
    expect(tools.length).toBeGreaterThan(0);
    for (const tool of [...tools, ...also]) {
      expect(text).toContain(tool.name);
      expect(catalogue.tool(tool.name)?.title).toBe(tool.title);
    }
  },
);

it.each(catalogue.prompts.map(({ name }) => name))("%s is read in a moment", async (name) => {
  expect((await textOf(name)).length).toBeLessThan(1_500);
});

it("the list of all prompts costs a client's context window little", () => {
  const listed = listPrompts({ roles: ROLES, offers: () => true, catalogue });
  expect(listed).toHaveLength(catalogue.prompts.length);
  expect(Buffer.byteLength(JSON.stringify({ prompts: listed }))).toBeLessThan(1_500);
});

it("a prompt that can't do without a tool that isn't offered isn't shown", () => {
  const listed = listPrompts({
    catalogue,
    roles: ["responder"],
    offers: ({ name }) => name !== "get_device",
  });
  expect(listed.map(({ name }) => name)).toEqual(["investigate_detection", "weekly_control_review"]);
});
