package dev.sluice.console.access;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users by name. */
record UserList(Map<String, User> users) {
  static final UserList EMPTY = new UserList(Map.of());

  /** The cost of the hash with which an unknown name is compared if nobody has a password. */
  private static final int USUAL_COST = 600_000;

  /**
   * Reads a file with one user a line; empty lines and those that begin with {@code #} are skipped.
   *
   * @param file its name, for messages
   * @throws IllegalArgumentException names the file and the line
   */
  static UserList parse(String file, byte[] content) {
    Map<String, User> users = new LinkedHashMap<>();
    List<String> lines = text(file, content).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        User user = User.parse(line);
        if (users.putIfAbsent(user.name(), user) != null) {
          throw new IllegalArgumentException(user.name() + " is there twice");
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    if (users.isEmpty()) {
      throw new IllegalArgumentException(file + " names no user");
    }
    return new UserList(Map.copyOf(users));
  }

  private static String text(String file, byte[] content) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8", e);
    }
  }

  Optional<User> find(String name) {
    return Optional.ofNullable(users.get(name));
  }

  boolean hasPasswords() {
    return users.values().stream().anyMatch(user -> user.password().isPresent());
  }

  /** Returns the most iterations of all hashes: what each check takes, also of an unknown name. */
  int cost() {
    return users.values().stream()
        .flatMap(user -> user.password().stream())
        .mapToInt(PasswordHash::iterations)
        .max()
        .orElse(USUAL_COST);
  }
}
