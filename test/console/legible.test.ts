import { expect, test } from "vitest";
import { Foreign, Id } from "../../src/console/elements.tsx";

test.each([Foreign, Id])(
  "whoever decides sees what a text hides, and what would turn it round",
  (Element) => {
    const page = String(Element({ children: "release \u202edevice\u200b <all>" }));
    expect(page).toContain("release ⟦U+202E⟧device⟦U+200B⟧ &lt;all&gt;");
  },
);
