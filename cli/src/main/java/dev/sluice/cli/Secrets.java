package dev.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads secrets from the environment or from files that it names ({@code NAME} or {@code
 * NAME_FILE}), never from the command line, which every user of the machine can read.
 *
 * @param environment the process's environment
 */
public record Secrets(Map<String, String> environment) {

  public static Secrets ofProcess() {
    return new Secrets(System.getenv());
  }

  /**
   * Returns a secret; empty if it is not set.
   *
   * @throws IllegalArgumentException if its file cannot be read
   */
  public Optional<String> find(String name) {
    String value = environment.get(name);
    if (value != null && !value.isBlank()) {
      return Optional.of(value.strip());
    }
    String file = environment.get(name + "_FILE");
    if (file == null || file.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of(file)).strip());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          name + "_FILE names " + file + ", which cannot be read", e);
    }
  }

  /**
   * Returns a secret that must be set.
   *
   * @throws IllegalArgumentException if it is not
   */
  public String require(String name) {
    return find(name)
        .orElseThrow(() ->
            new IllegalArgumentException(
                name + " is not set; set it, or " + name + "_FILE to a file that holds it"));
  }
}
