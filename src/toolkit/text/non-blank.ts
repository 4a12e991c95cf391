/** What a vendor reported, or `null` where that is nothing: absent, empty, or white space alone. */
export function nonBlank(value: string | null | undefined): string | null {
  const text = (value ?? "").trim();
  return text === "" ? null : text;
}
