/** What a person can start from. A prompt gives text and does nothing; the tools that it names are where things happen. */
import * as z from "zod";
import { defineRead, type ReadTool } from "../../toolkit/read.ts";
import type { Face } from "../../toolkit/tool.ts";
import { OWN_READ, ownSource } from "../own/source.ts";

/** One argument of a prompt, as a client's person fills it in. The protocol knows texts only. */
export interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The values to choose from, where there is a list. */
  readonly values: readonly string[];
}

/** A prompt, with the read that answers for it on the path. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** The tools that it can't do without. */
  readonly tools: readonly Face[];
  /** Those that it names, too, for whoever has them. */
  readonly also: readonly Face[];
  readonly read: ReadTool;
}

/** What a prompt's read finds: one message to the model, in the person's name. */
export const PromptText = z.strictObject({ text: z.string() });

/** Declares a prompt. `text` is written for a model, and names tools by their declarations. */
export function definePrompt<Input extends z.ZodObject>({
  name,
  title,
  description,
  input,
  tools,
  also = [],
  text,
}: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  /** The tools that the text can't do without. Whoever's role forbids one of them isn't shown the prompt. */
  readonly tools: readonly Face[];
  /** Those that it names, too. */
  readonly also?: readonly Face[];
  readonly text: (input: z.output<Input>) => string;
}): Prompt {
  const read = defineRead({
    name,
    title,
    description,
    annotations: OWN_READ,
    scope: "any",
    leads_to: tools.flatMap(({ scope }) => (scope === "any" ? [] : [scope])),
    credentials: [],
    input,
    output: PromptText,
    run: async (given, { now }) => ({
      outcome: "found",
      data: { text: text(given) },
      sources: ownSource(1, now),
    }),
  });
  return { name, title, description, arguments: argumentsOf(input), tools, also, read };
}

function argumentsOf(input: z.ZodObject): PromptArgument[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const { description = "", enum: values = [] } = property === true || property === false ? {} : property;
    return { name, description, required: required.includes(name), values: values.map(String) };
  });
}
