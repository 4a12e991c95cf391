/** The frameworks that controls are mapped to, each in the edition whose ids are used. */
export const FRAMEWORKS = {
  soc2: "SOC 2 (Trust Services Criteria 2017)",
  iso27001: "ISO/IEC 27001:2022 Annex A",
  pci_dss: "PCI DSS 4.0.1",
  cis: "CIS Controls v8",
} as const;

export type Framework = keyof typeof FRAMEWORKS;

/** All frameworks, in a fixed order. */
export const FRAMEWORK_IDS = Object.keys(FRAMEWORKS) as Framework[];

/** The requirements that a control bears on, by their framework's own ids. No framework is named without one. */
export type Requirements = { readonly [Name in Framework]?: readonly [string, ...string[]] };

/** The framework that a person means by `name` ("SOC 2", "pci-dss", "ISO27001"), or `null`. */
export function frameworkCalled(name: string): Framework | null {
  const folded = fold(name);
  return FRAMEWORK_IDS.find((id) => fold(id) === folded) ?? null;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
