package dev.sluice.console.access;

import dev.sluice.runtime.Health;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The people who may use the console: they have a password here, or a proxy vouches for them. */
public final class People implements AutoCloseable {
  static final String COOKIE = "sluice-session";

  private static final Pattern HEADER = Pattern.compile("(?i)x-[a-z0-9-]{1,60}");

  private final Optional<UserFile> file;
  private final Optional<ProxyHeader> proxy;
  private final boolean approval;
  private final Sessions sessions;
  private final SignIn signIn;

  /**
   * Reads the users.
   *
   * @param file the users file
   * @param header the header in which a proxy names the user
   * @param trusted the proxy's addresses
   * @param usualRole the role of users whom the proxy names and the file does not
   * @param approval whether a campaign is started by others than those who wrote it
   * @throws IllegalArgumentException if the file cannot be used
   */
  public People(
      Optional<Path> file,
      Optional<String> header,
      List<String> trusted,
      Optional<String> usualRole,
      boolean approval,
      Health health,
      MeterRegistry meters) {
    this.file = file.map(path -> new UserFile(path, health));
    this.approval = approval;
    Supplier<UserList> users = () -> this.file.map(UserFile::get).orElse(UserList.EMPTY);
    proxy =
        header.map(name ->
            new ProxyHeader(
                name, Networks.parse(trusted), usualRole.map(People::requireRole), users));
    InstantSource clock = InstantSource.system();
    sessions = new Sessions(users, clock);
    signIn = new SignIn(users, new SignInAttempts(clock), WrongSecrets.passwords(clock, meters));
  }

  /**
   * Checks the settings of the header, without reading anything.
   *
   * @throws IllegalArgumentException says what is wrong
   */
  public static void requireHeader(
      Optional<String> header, List<String> trusted, Optional<String> usualRole) {
    Networks.parse(trusted);
    usualRole.ifPresent(People::requireRole);
    if (header.isEmpty() && (!trusted.isEmpty() || usualRole.isPresent())) {
      throw new IllegalArgumentException(
          "the proxy's addresses and the usual role belong to a header; set SLUICE_USER_HEADER");
    }
    if (header.isPresent() && !HEADER.matcher(header.get()).matches()) {
      throw new IllegalArgumentException(
          "SLUICE_USER_HEADER is a name like X-Forwarded-User, not '" + header.get() + "'");
    }
    if (header.isPresent() && trusted.isEmpty()) {
      throw new IllegalArgumentException(
          "everybody could send "
              + header.get()
              + "; set SLUICE_USER_HEADER_TRUSTED to the"
              + " addresses of the proxy");
    }
  }

  private static Role requireRole(String word) {
    return Role.find(word)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'" + word + "' is no role; it is viewer, manager or operator"));
  }

  /**
   * Returns a line of the users file.
   *
   * @param user the name and what follows it, like {@code ana:manager,approve}
   * @param password is asked for last
   * @throws IllegalArgumentException if the name or the role is none
   */
  public static String line(String user, Supplier<String> password) {
    User parsed = User.parse(user + ":");
    return new User(
            parsed.name(),
            parsed.role(),
            parsed.approves(),
            Optional.of(PasswordHash.of(password.get())))
        .toString();
  }

  /** Returns whether there are any, so that nobody else may use the console without a token. */
  boolean exist() {
    return file.isPresent() || proxy.isPresent();
  }

  SignIn signIn() {
    return signIn;
  }

  boolean haveApproval() {
    return approval;
  }

  /** Returns the person who makes a request, if the proxy names one or one has signed in. */
  Optional<Caller> caller(Context context) {
    Optional<Caller> vouchedFor =
        proxy.flatMap(header ->
            header
                .user(context)
                .map(user -> caller(user, header.standing(user, System::nanoTime))));
    return vouchedFor.isPresent()
        ? vouchedFor
        : Optional.ofNullable(context.cookie(COOKIE)).flatMap(this::ofSession);
  }

  private Optional<Caller> ofSession(String id) {
    return sessions.user(id).map(user -> caller(user, () -> sessions.user(id).isPresent()));
  }

  private Caller caller(User user, BooleanSupplier standing) {
    return new Caller(Optional.of(user), approval, standing);
  }

  /**
   * Begins a session, in place of the one before. The cookie is for this console's own pages only,
   * and for no script.
   */
  Caller begin(User user, Context context) {
    Optional.ofNullable(context.cookie(COOKIE)).ifPresent(sessions::end);
    String id = sessions.begin(user);
    context.cookie(cookie(id, -1, context));
    return caller(user, () -> sessions.user(id).isPresent());
  }

  /** Ends the session of a request, if it has one. */
  void end(Context context) {
    Optional.ofNullable(context.cookie(COOKIE)).ifPresent(sessions::end);
    context.cookie(cookie("", 0, context));
  }

  private static Cookie cookie(String value, int maxAge, Context context) {
    return new Cookie(COOKIE, value, "/", maxAge, isByTls(context), true, null, SameSite.STRICT);
  }

  /** A browser tells by which scheme its page came; behind a proxy, only it and the proxy know. */
  private static boolean isByTls(Context context) {
    String origin = context.header("Origin");
    return (origin != null && origin.startsWith("https:"))
        || "https".equals(context.header("X-Forwarded-Proto"));
  }

  @Override
  public void close() {
    file.ifPresent(UserFile::close);
  }
}
