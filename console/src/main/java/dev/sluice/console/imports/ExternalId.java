package dev.sluice.console.imports;

import dev.sluice.schema.StorableText;

/** The key by which another program knows a campaign or a recipient. */
public final class ExternalId {
  /** The rule, in words. */
  public static final String RULE = "has at most 200 characters, none of them a control character";

  private static final int LONGEST = 200;

  private ExternalId() {}

  /** Returns whether an id can be stored; the empty one means that there is none. */
  public static boolean isFine(String id) {
    return id.codePointCount(0, id.length()) <= LONGEST
        && id.chars().noneMatch(Character::isISOControl)
        && StorableText.isFine(id);
  }
}
