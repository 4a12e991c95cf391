import { expect, it } from "vitest";
import { findResource, RESOURCES } from "../../src/catalogue.ts";
import { CONTROLS } from "../../src/controls/catalogue.ts";
import { checkControl } from "../../src/controls/check-control.ts";
import { Failure } from "../../src/path/failure.ts";
import { parseInput } from "../../src/path/input.ts";
import { uriOf } from "../../src/resources/resource.ts";

it("each kind of resource is answered by a declared read that takes the URI's variables and nothing else", () => {
  for (const { template, read } of RESOURCES) {
    expect(template.variableNames, String(template)).toEqual(Object.keys(read.input.shape));
    expect(read.kind).toBe("read");
    expect(String(template)).toMatch(/^sallyport:\/\//);
  }
});

it("every control is listed, and its URI leads back to it", () => {
  const listed = RESOURCES.flatMap((resource) => resource.listed.map((each) => uriOf(resource, each)));
  expect(listed).toHaveLength(CONTROLS.length);
  for (const [index, uri] of listed.entries()) {
    expect(findResource(uri)?.args).toEqual({ control_id: CONTROLS[index]?.control_id });
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
  expect(findResource(uri)).toBeUndefined();
});

it("a variable is decoded once, so that what it smuggles reaches the schema and no further", () => {
  const found = findResource("sallyport://controls/users-inactive%2F..%2F..");
  expect(found?.args).toEqual({ control_id: "users-inactive/../.." });
  expect(() => parseInput(checkControl, found?.args)).toThrow(Failure);
  expect(findResource("sallyport://controls/a%252Fb")?.args).toEqual({ control_id: "a%2Fb" });
});
