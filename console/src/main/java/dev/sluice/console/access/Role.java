package dev.sluice.console.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A user's role; each has the rights of the one before. */
enum Role {
  /** Sees everything. */
  VIEWER,
  /** Writes, starts and stops campaigns. */
  MANAGER,
  /** Also looks after senders and lifts suppressions. */
  OPERATOR;

  boolean has(Right right) {
    return switch (this) {
      case VIEWER -> right == Right.READ;
      case MANAGER -> right != Right.OPERATE;
      case OPERATOR -> true;
    };
  }

  /** Returns the least role with a right. */
  static Role with(Right right) {
    return Arrays.stream(values()).filter(role -> role.has(right)).findFirst().orElseThrow();
  }

  static Optional<Role> find(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }

  /** Returns the role's name as people write it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
