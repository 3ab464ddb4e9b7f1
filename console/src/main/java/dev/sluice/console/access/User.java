package dev.sluice.console.access;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A person who may use the console.
 *
 * @param approves whether the person may start campaigns where starts are approved
 * @param password empty for those who sign in elsewhere
 */
record User(String name, Role role, boolean approves, Optional<PasswordHash> password) {
  /** Names that the audit log can hold unchanged. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@/-]{1,64}");

  private static final String APPROVE = "approve";

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Returns somebody whom a proxy vouches for, and who is in no file. */
  static User of(String name, Role role) {
    return new User(name, role, false, Optional.empty());
  }

  /**
   * Reads a line of a users file, like {@code ana:manager,approve:HASH}.
   *
   * @throws IllegalArgumentException says what is wrong, without the hash
   */
  static User parse(String line) {
    String[] parts = line.split(":", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw new IllegalArgumentException(
          "a line is name:role:hash, or name:role without a password");
    }
    String name = parts[0].strip();
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a name has 1 to 64 characters out of A-Z a-z 0-9 . _ @ / -");
    }
    List<String> words = Arrays.stream(parts[1].split(",", -1)).map(String::strip).toList();
    Role role =
        Role.find(words.getFirst())
            .orElseThrow(() ->
                new IllegalArgumentException(name + " needs a role: viewer, manager or operator"));
    boolean approves = words.size() > 1;
    if (approves && !words.equals(List.of(role.word(), APPROVE))) {
      throw new IllegalArgumentException("after " + name + "'s role only \",approve\" may stand");
    }
    String hash = parts.length == 3 ? parts[2].strip() : "";
    return new User(
        name,
        role,
        approves,
        hash.isEmpty() ? Optional.empty() : Optional.of(PasswordHash.parse(hash)));
  }

  boolean may(Right right, boolean approval) {
    return (right == Right.START && approval) ? approves : role.has(right);
  }

  /** Returns the line of a users file. */
  @Override
  public String toString() {
    return name
        + ":"
        + role.word()
        + (approves ? "," + APPROVE : "")
        + password.map(hash -> ":" + hash).orElse("");
  }
}
