package dev.sluice.console.access;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Checks names and passwords: few at a time, as each keeps a core busy, and for as long if there is
 * no such user.
 */
final class SignIn {
  private static final int AT_A_TIME = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<UserList> users;
  private final Attempts attempts;
  private final WrongSecrets wrong;
  private final Bulkhead places =
      Bulkhead.computing(
          AT_A_TIME, PATIENCE, "Too many people are signing in; try again in a moment.");

  SignIn(Supplier<UserList> users, Attempts attempts, WrongSecrets wrong) {
    this.users = users;
    this.attempts = attempts;
    this.wrong = wrong;
  }

  /** Returns whether anybody has a password. */
  boolean isPossible() {
    return users.get().hasPasswords();
  }

  /**
   * Returns the user with this name and password.
   *
   * @throws ProblemException 401 if there is none, 429 if there were too many attempts
   */
  User check(String name, String password, String address) {
    // Nobody has another name, and long ones would fill the memory.
    String counted = User.isName(name) ? name : "";
    attempts.begin(counted);
    UserList now = users.get();
    Optional<User> known = now.find(name).filter(user -> user.password().isPresent());
    PasswordHash expected =
        known.flatMap(User::password).orElseGet(() -> PasswordHash.ofNothing(now.cost()));
    boolean right = places.run(() -> expected.isOf(password));
    if (!right || known.isEmpty()) {
      wrong.holdUp(address);
      throw ProblemException.unauthorized("There is no user with this name and password.")
          .with("signIn", "password");
    }
    attempts.succeeded(counted);
    return known.orElseThrow();
  }
}
