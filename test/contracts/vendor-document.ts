import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect } from "vitest";
import type { UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";

/** Where the vendors' own OpenAPI documents are. Without them, what is held against them is skipped. */
export const folder = process.env.VENDOR_SPECS;

/** For the name of a skipped test. */
export const why = folder
  ? ""
  : " (skipped: set VENDOR_SPECS to the folder of the vendors' OpenAPI documents)";

/** An answer, as far as a document describes one. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string };
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Described extends Content {
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Referred<Parameter>[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Referred<Described>>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<
    Record<"schemas" | "parameters" | "responses", Readonly<Record<string, unknown>>>
  >;
}

/** What stands in a document as it is, or as the name of where it stands. */
type Referred<Value> = Value | { readonly $ref: string };

/** A vendor's document: simulators' answers and connectors' requests are held against it. */
export class VendorDocument {
  readonly paths: Document["paths"];
  readonly #name: string;
  readonly #components: Document["components"];
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

  /**
   * @param file the document's name in the folder
   * @param really_required what real answers have always got, by schema, where the document requires what they leave out
   */
  constructor(file: string, really_required: Readonly<Record<string, readonly string[]>> = {}) {
    const document = toJsonSchema(JSON.parse(readFileSync(join(folder ?? "", file), "utf8"))) as Document;
    for (const [name, required] of Object.entries(really_required)) {
      Object.assign(document.components.schemas[name] as object, { required });
    }
    this.#name = file.replace(/\.json$/, "");
    this.paths = document.paths;
    this.#components = document.components;
    this.#ajv.addSchema({ $id: this.#name, components: document.components });
  }

  /** Judges an answer: a documented status, its schema, and the headers that it is to have. */
  expectDocumented(id: string, { status, headers, body }: Answered): void {
    const { responses } = this.#operation(id);
    const referred = responses[status] ?? responses.default;
    expect(referred, `${id} documents no ${status}`).toBeDefined();
    const documented = referred && this.#resolved(referred);
    for (const header of Object.keys(documented?.headers ?? {})) {
      expect(headers.get(header), header).not.toBeNull();
    }
    const schema = documented?.content?.["application/json"]?.schema;
    if (schema !== undefined) this.#expectValid(schema, body, `${id} ${status}`);
  }

  /** Judges a connector's request: method, path, each query parameter with its type, and the body. */
  expectRequest({ operation: id, method, path, query = {}, json }: UpstreamRequest): void {
    const { parameters: referred = [], requestBody } = this.#operation(id);
    const parameters = referred.map((parameter) => this.#resolved(parameter));
    const at = Object.entries(this.paths).find(([, operations]) =>
      Object.values(operations).some(({ operationId }) => operationId === id),
    );
    const pattern = new RegExp(`^${at?.[0].replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    expect(path, id).toMatch(pattern);
    expect(Object.keys(at?.[1] ?? {}), id).toContain(method.toLowerCase());
    for (const [name, value] of Object.entries(query)) {
      const parameter = parameters.find((known) => known.in === "query" && known.name === name);
      expect(parameter, `${id} documents no parameter ${name}`).toBeDefined();
      for (const typed of typedBy(parameter?.schema?.type, [value].flat())) {
        this.#expectValid(parameter?.schema ?? {}, typed, `${id} ${name}`);
      }
    }
    const required = parameters.filter((known) => known.in === "query" && known.required);
    for (const { name } of required) expect(query, id).toHaveProperty(name);
    const schema = requestBody?.content?.["application/json"]?.schema;
    if (schema === undefined) expect(json, `${id} documents no body`).toBeUndefined();
    else this.#expectValid(schema, json, `${id}'s body`);
  }

  /** The headers that an operation requires. */
  requiredHeaders(id: string): string[] {
    const { parameters = [] } = this.#operation(id);
    return parameters
      .map((parameter) => this.#resolved(parameter))
      .filter((parameter) => parameter.in === "header" && parameter.required)
      .map(({ name }) => name);
  }

  /** The properties that a schema of the document has. */
  propertiesOf(schema: string): ReadonlySet<string> {
    const { properties } = this.#components.schemas[schema] as { properties: Record<string, unknown> };
    return new Set(Object.keys(properties));
  }

  #operation(id: string): Operation {
    const operations = Object.values(this.paths).flatMap((path) => Object.values(path));
    const found = operations.find(({ operationId }) => operationId === id);
    if (!found) throw new Error(`the document has no operation ${id}`);
    return found;
  }

  #resolved<Value extends object>(referred: Referred<Value>): Value {
    if (!("$ref" in referred)) return referred;
    const [, , kind = "", name = ""] = referred.$ref.split("/");
    return this.#components[kind as keyof Document["components"]][name] as Value;
  }

  #expectValid(schema: object, value: unknown, what: string): void {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${this.#name}#/`));
    const validate = this.#ajv.compile(absolute);
    expect(validate(value), `${what}: ${this.#ajv.errorsText(validate.errors)}`).toBe(true);
  }
}

/** The values of a query parameter as its type has them. A repeated parameter that is no list is judged value by value. */
function typedBy(type: string | undefined, values: readonly string[]): readonly unknown[] {
  if (type === "array") return [values];
  if (type === "boolean")
    return values.map((value) => (value === "true" || value === "false" ? value === "true" : value));
  return type === "integer" ? values.map(Number) : values;
}

/** OpenAPI 3.0's `nullable` in JSON Schema's words. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  return nullable ? { anyOf: [schema, { type: "null" }] } : schema;
}
