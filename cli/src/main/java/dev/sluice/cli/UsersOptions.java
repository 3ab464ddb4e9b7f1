package dev.sluice.cli;

import dev.sluice.console.Users;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The users of a console. */
final class UsersOptions {
  @Option(
      names = "--users-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_USERS_FILE}",
      description =
          "The users who sign in by name and password, one a line, as \"sluice user hash\" prints"
              + " it (SLUICE_USERS_FILE; none).")
  private @Nullable Path file;

  @Option(
      names = "--user-header",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_USER_HEADER}",
      description =
          "The header in which a proxy names whom it has signed in, like X-Forwarded-User"
              + " (SLUICE_USER_HEADER; none).")
  private @Nullable String header;

  @Option(
      names = "--user-header-trusted",
      paramLabel = "ADDRESS",
      split = ",",
      defaultValue = "${env:SLUICE_USER_HEADER_TRUSTED}",
      description =
          "The proxy's addresses or networks, like 10.0.0.7 or 10.0.0.0/24; from others the header"
              + " is refused (SLUICE_USER_HEADER_TRUSTED; none).")
  private @Nullable List<String> trusted;

  @Option(
      names = "--user-header-role",
      paramLabel = "ROLE",
      defaultValue = "${env:SLUICE_USER_HEADER_ROLE}",
      description =
          "The role of those whom the proxy names and the users file does not: viewer, manager or"
              + " operator (SLUICE_USER_HEADER_ROLE; none, they are refused).")
  private @Nullable String role;

  @Option(
      names = "--approval",
      defaultValue = "${env:SLUICE_APPROVAL:-false}",
      fallbackValue = "true",
      description =
          "A campaign is started by a user with the right to approve who has not written it"
              + " (SLUICE_APPROVAL; ${DEFAULT-VALUE}).")
  private boolean approval;

  Users users() {
    return new Users(
        given(file == null ? null : file.toString()).map(Path::of),
        given(header),
        trusted == null ? List.of() : trusted.stream().filter(one -> !one.isBlank()).toList(),
        given(role),
        approval);
  }

  /** An empty variable is none. */
  private static Optional<String> given(@Nullable String text) {
    return Optional.ofNullable(text).map(String::strip).filter(word -> !word.isEmpty());
  }
}
