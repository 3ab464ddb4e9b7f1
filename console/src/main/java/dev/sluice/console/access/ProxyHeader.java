package dev.sluice.console.access;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Loopback;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The header in which a proxy tells whom it has signed in, such as by OIDC. */
final class ProxyHeader {
  private static final Networks THIS_MACHINE = Networks.parse(List.of("127.0.0.0/8", "::1"));

  private static final Duration NAMED = Duration.ofMinutes(1);

  private final String header;
  private final Networks trusted;
  private final Optional<Role> usualRole;
  private final Supplier<UserList> users;

  /**
   * Creates it.
   *
   * @param trusted the proxy's addresses
   * @param usualRole the role of those who are in no file; without one they are refused
   */
  ProxyHeader(String header, Networks trusted, Optional<Role> usualRole, Supplier<UserList> users) {
    this.header = header;
    this.trusted = trusted;
    this.usualRole = usualRole;
    this.users = users;
  }

  /**
   * Returns the user whom the proxy names, if it names one.
   *
   * @throws ProblemException 403 if somebody else than the proxy does, or for an unknown user
   */
  Optional<User> user(Context context) {
    List<String> given = Collections.list(context.req().getHeaders(header));
    if (given.isEmpty()) {
      return Optional.empty();
    }
    if (!trusted.hold(context.ip())) {
      throw ProblemException.forbidden(
          "Only the proxy may send " + header + ", and " + context.ip() + " is not its address.");
    }
    // A website can point its own name at this machine, and send headers from a browser on it.
    if (THIS_MACHINE.hold(context.ip()) && !Loopback.isHost(context.header("Host"))) {
      throw ProblemException.forbidden(
          "A proxy on this machine must call the console by a name of this machine, such as"
              + " localhost, to send "
              + header
              + ".");
    }
    String name = given.getFirst().strip();
    if (given.size() > 1 || !User.isName(name)) {
      throw ProblemException.forbidden(
          header + " must be there once, with 1 to 64 characters out of A-Z a-z 0-9 . _ @ / -.");
    }
    return Optional.of(
        find(name)
            .orElseThrow(() -> ProblemException.forbidden(name + " is no user of this console.")));
  }

  /**
   * Returns whether the user whom the proxy names now may go on looking. Nobody hears of a sign-out
   * at the proxy, so it has to name the user anew after a minute.
   *
   * @param nanos a clock that does not jump
   */
  BooleanSupplier standing(User user, LongSupplier nanos) {
    long begun = nanos.getAsLong();
    return () -> nanos.getAsLong() - begun < NAMED.toNanos() && find(user.name()).isPresent();
  }

  private Optional<User> find(String name) {
    return users.get().find(name).or(() -> usualRole.map(role -> User.of(name, role)));
  }
}
