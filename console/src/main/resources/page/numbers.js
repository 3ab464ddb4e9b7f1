// Phone numbers that were typed into a field: one a line, or set apart by commas or semicolons.
export const numbersIn = (text) =>
  text
    .split(/[,;\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
