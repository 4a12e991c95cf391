import { expect, it } from "vitest";
import { CONTROLS } from "../../../src/catalogue/controls/catalogue.ts";
import { checkControl } from "../../../src/catalogue/controls/check-control.ts";
import { uriOf } from "../../../src/catalogue/resources/resource.ts";
import { parseInput } from "../../../src/path/input.ts";
import { Failure } from "../../../src/toolkit/failure.ts";
import { catalogue } from "../../support/deployed.ts";

it("each kind of resource is answered by a declared read that takes the URI's variables and nothing else", () => {
  for (const { template, read } of catalogue.resources) {
    expect(template.variableNames, String(template)).toEqual(Object.keys(read.input.shape));
    expect(read.kind).toBe("read");
    expect(String(template)).toMatch(/^sallyport:\/\//);
  }
});

it("every control is listed, and its URI leads back to it", () => {
  const listed = catalogue.resources.flatMap((resource) =>
    resource.listed.map((each) => uriOf(resource, each)),
  );
  expect(listed).toHaveLength(CONTROLS.length);
  for (const [index, uri] of listed.entries()) {
    expect(catalogue.resource(uri)?.args).toEqual({ control_id: CONTROLS[index]?.control_id });
  }
});

it.each([
  "sallyport://operations/",
  "sallyport://operations/a/b",
  "sallyport://operations/a/",
  "sallyport://operations/%zz",
  "sallyport://operations/%ff",
  "sallyport://unknown/a",
  "SALLYPORT://operations/a",
  "xsallyport://operations/a",
  `sallyport://operations/${"a".repeat(500)}`,
  "",
])("%j names nothing", (uri) => {
  expect(catalogue.resource(uri)).toBeUndefined();
});

it("a variable is decoded once, so that what it smuggles reaches the schema and no further", () => {
  const found = catalogue.resource("sallyport://controls/users-inactive%2F..%2F..");
  expect(found?.args).toEqual({ control_id: "users-inactive/../.." });
  expect(() => parseInput(checkControl, found?.args)).toThrow(Failure);
  expect(catalogue.resource("sallyport://controls/a%252Fb")?.args).toEqual({ control_id: "a%2Fb" });
});
