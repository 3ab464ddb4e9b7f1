package dev.sluice.producer.sql;

import dev.sluice.schema.Masked;

/** Words from outside, cut to what people read, on one line and without anybody's number. */
public final class Texts {
  private static final int LONGEST = 500;

  private Texts() {}

  public static String shortened(String words) {
    String line = Masked.line(words);
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
