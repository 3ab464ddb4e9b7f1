package dev.sluice.console;

import dev.sluice.console.access.People;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The users of the console besides services with the API's token; by default nobody needs a name.
 *
 * @param file the users with their roles and the hashes of their passwords
 * @param header the header in which a proxy names the user whom it has signed in
 * @param trusted the addresses from which that header counts
 * @param usualRole the role of users whom the proxy names and the file does not; without one they
 *     are refused
 * @param approval whether a campaign is started by somebody with the right to approve who has not
 *     written it
 */
public record Users(
    Optional<Path> file,
    Optional<String> header,
    List<String> trusted,
    Optional<String> usualRole,
    boolean approval) {
  public static final Users NONE =
      new Users(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);

  public Users {
    trusted = List.copyOf(trusted);
    People.requireHeader(header, trusted, usualRole);
    if (approval && file.isEmpty() && header.isEmpty()) {
      throw new IllegalArgumentException(
          "approval needs users; set SLUICE_USERS_FILE or SLUICE_USER_HEADER");
    }
  }

  /** Returns users from a file. */
  public static Users of(Path file) {
    return new Users(Optional.of(file), Optional.empty(), List.of(), Optional.empty(), false);
  }

  /** Returns the same, with campaigns that are started by others than those who wrote them. */
  public Users withApproval() {
    return new Users(file, header, trusted, usualRole, true);
  }

  /**
   * Returns a line of the users file, with the hash of a password, which is asked for last.
   *
   * @param user the name and the role, like {@code ana:manager,approve}
   * @throws IllegalArgumentException if there is no such role, or the name cannot be used
   */
  public static String line(String user, Supplier<String> password) {
    return People.line(user, password);
  }

  /** Returns whether there may be any. */
  boolean exist() {
    return file.isPresent() || header.isPresent();
  }
}
