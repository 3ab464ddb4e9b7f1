package dev.sluice.producer.sql;

import dev.sluice.schema.Masked;

/** External text for display: cut to length, on one line, with phone numbers masked. */
public final class Texts {
  private static final int LONGEST = 500;

  private Texts() {}

  public static String shortened(String words) {
    String line = Masked.line(words);
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
