/** Reads a command's option as a whole number. */
import { InvalidArgumentError } from "commander";

/** A command's option as a whole number that isn't negative. @throws InvalidArgumentError, which commander reports */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("must be a whole number");
  }
  return value;
}
