package dev.sluice.console.access;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Checks names and passwords: few at a time, as each keeps a core busy, and for as long if there is
 * no such user. One address takes one place at most, so that others find the rest free.
 */
final class SignIn {
  private static final int AT_A_TIME = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String FULL = "Too many people are signing in; try again in a moment.";

  /** As many as keep two addresses from often having the same one. */
  private static final int TURNS = 256;

  private final Supplier<UserList> users;
  private final SignInAttempts attempts;
  private final WrongSecrets wrong;
  private final Bulkhead places;

  /** By the hash of an address. */
  private final List<Bulkhead> turns;

  SignIn(Supplier<UserList> users, SignInAttempts attempts, WrongSecrets wrong) {
    this(users, attempts, wrong, Bulkhead.computing(AT_A_TIME, PATIENCE, FULL), PATIENCE);
  }

  /**
   * Creates it.
   *
   * @param places where hashes are computed
   * @param patience how long an address waits for its turn
   */
  SignIn(
      Supplier<UserList> users,
      SignInAttempts attempts,
      WrongSecrets wrong,
      Bulkhead places,
      Duration patience) {
    this.users = users;
    this.attempts = attempts;
    this.wrong = wrong;
    this.places = places;
    turns = Stream.generate(() -> new Bulkhead(1, patience, FULL)).limit(TURNS).toList();
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
    wrong.slowDown(address);
    UserList now = users.get();
    Optional<User> known = now.find(name).filter(user -> user.password().isPresent());
    PasswordHash expected =
        known.flatMap(User::password).orElseGet(() -> PasswordHash.ofNothing(now.cost()));
    boolean right =
        inTurn(
            address,
            () -> {
              // Not before: who finds no place has tried no password.
              attempts.begin(counted);
              return expected.isOf(password, now.cost());
            });
    if (!right || known.isEmpty()) {
      wrong.count(address);
      throw ProblemException.unauthorized("There is no user with this name and password.")
          .with("signIn", "password");
    }
    attempts.succeeded(counted);
    return known.orElseThrow();
  }

  private boolean inTurn(String address, Supplier<Boolean> work) {
    return turns.get(Math.floorMod(address.hashCode(), TURNS)).run(() -> places.run(work));
  }
}
