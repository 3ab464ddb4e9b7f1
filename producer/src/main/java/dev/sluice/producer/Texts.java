package dev.sluice.producer;

/** Words from outside, cut to what people read. */
final class Texts {
  private static final int LONGEST = 500;

  private Texts() {}

  static String shortened(String words) {
    return words.length() <= LONGEST ? words : words.substring(0, LONGEST) + "…";
  }
}
