import { expect, test } from "vitest";
import { differencesBetween, profileOf } from "./profile.ts";

const real = profileOf([
  { id: "1", status: "new", owner: null, device: { name: "a" }, tags: [{ k: "x" }, {}] },
  { id: "2", status: "closed", device: {} },
]);

test("a field that the simulator always writes and the vendor leaves out is found, however deep", () => {
  const simulated = profileOf([
    { id: "3", status: "new", owner: "me", device: { name: "b" }, tags: [{ k: "y" }] },
  ]);
  expect(differencesBetween(simulated, real)).toEqual([
    "owner: always written, and the vendor leaves it out or null",
    "device.name: always written, and the vendor leaves it out or null",
    "tags: always written, and the vendor leaves it out or null",
    "tags[].k: always written, and the vendor leaves it out or null",
  ]);
});

test("a field of another type, or a word in another case, is found", () => {
  const simulated = profileOf([{ id: 3, status: "New", owner: null }]);
  expect(differencesBetween(simulated, real)).toEqual([
    "id: number, and the vendor sends string",
    'status: "New", and the vendor writes "new"',
  ]);
});

test("a simulator that leaves out what the vendor leaves out passes, and may know fewer fields", () => {
  const simulated = profileOf([
    { id: "3", status: "other" },
    { id: "4", device: {} },
  ]);
  expect(differencesBetween(simulated, real)).toEqual([]);
});
