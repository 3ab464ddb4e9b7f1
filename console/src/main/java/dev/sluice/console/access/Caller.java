package dev.sluice.console.access;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The caller of a route: a person, or a service, which has the API's token or needs none.
 *
 * @param user the person; empty for a service
 * @param approval whether starts are approved
 * @param standing whether the caller would still be admitted
 */
public record Caller(Optional<User> user, boolean approval, BooleanSupplier standing) {
  public static final Caller SERVICE = new Caller(Optional.empty(), false, () -> true);

  private static final String ATTRIBUTE = "sluice.caller";

  /** Returns who makes an admitted request. */
  public static Caller of(Context context) {
    return Objects.requireNonNull(context.attribute(ATTRIBUTE), "nobody was admitted");
  }

  /** Admits the caller, and has the audit log name a person. */
  void attachTo(Context context) {
    context.attribute(ATTRIBUTE, this);
    user.ifPresent(person -> Audit.identify(context, person.name()));
  }

  static boolean isAdmitted(Context context) {
    return context.attribute(ATTRIBUTE) != null;
  }

  /** Returns the person's name; empty for a service. */
  public Optional<String> name() {
    return user.map(User::name);
  }

  /** Returns whether the caller may start only what others have written. */
  public boolean needsFourEyes() {
    return approval && user.isPresent();
  }

  /** Returns whether the caller would still be admitted, for what takes long. */
  public boolean isStill() {
    return standing.getAsBoolean();
  }

  boolean may(Right right) {
    return user.isEmpty() || user.get().may(right, approval);
  }

  /** Refuses everybody but services. */
  void requireService() {
    if (user.isPresent()) {
      throw ProblemException.forbidden("This is for services, which have the API token.");
    }
  }

  /** Refuses those who may not start campaigns. */
  public void requireStart() {
    require(Right.START);
  }

  /**
   * Refuses to change what is approved.
   *
   * @param approved whether it is
   */
  public void requireUnapproved(boolean approved) {
    if (approved && needsFourEyes()) {
      throw ProblemException.forbidden(
          "A campaign is approved as it is. Remove its start time, change it, and have it"
              + " approved again.");
    }
  }

  void require(Right right) {
    if (may(right)) {
      return;
    }
    User person = user.orElseThrow();
    throw ProblemException.forbidden(
        (right == Right.START && approval)
            ? "Starting a campaign needs the right to approve, which "
                + person.name()
                + " does not have."
            : person.name()
                + " is a "
                + person.role().word()
                + "; this needs the role "
                + Role.with(right).word()
                + ".");
  }
}
