package dev.sluice.console.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The sessions of signed-in users. They end with the process, by themselves, with the user or the
 * password, and when the same user has signed in many times since.
 */
final class Sessions {
  static final Duration LONGEST = Duration.ofHours(12);
  static final Duration LONGEST_UNUSED = Duration.ofHours(2);
  static final int MOST_OF_A_USER = 10;
  static final int MOST = 1_000;

  private static final int ID_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Supplier<UserList> users;
  private final InstantSource clock;

  /** By the hash of the id, the oldest first: what is kept here opens nothing. */
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /**
   * A session.
   *
   * @param password the one with which it began
   */
  private record Session(String name, PasswordHash password, Instant begun, Instant used) {}

  Sessions(Supplier<UserList> users, InstantSource clock) {
    this.users = users;
    this.clock = clock;
  }

  /** Begins a session and returns its id, which only the user's browser keeps. */
  synchronized String begin(User user) {
    Instant now = clock.instant();
    sessions.values().removeIf(session -> isOver(session, now));
    List<String> own =
        sessions.entrySet().stream()
            .filter(session -> session.getValue().name().equals(user.name()))
            .map(Map.Entry::getKey)
            .toList();
    if (own.size() >= MOST_OF_A_USER) {
      sessions.remove(own.getFirst());
    } else if (sessions.size() >= MOST) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    byte[] random = new byte[ID_BYTES];
    RANDOM.nextBytes(random);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    sessions.put(key(id), new Session(user.name(), user.password().orElseThrow(), now, now));
    return id;
  }

  /** Returns the user of a session, as the users file has it now. */
  synchronized Optional<User> user(String id) {
    Instant now = clock.instant();
    String key = key(id);
    Session session = sessions.get(key);
    if (session == null) {
      return Optional.empty();
    }
    Optional<User> user =
        users
            .get()
            .find(session.name())
            .filter(known -> known.password().filter(session.password()::equals).isPresent());
    if (user.isEmpty() || isOver(session, now)) {
      sessions.remove(key);
      return Optional.empty();
    }
    sessions.put(key, new Session(session.name(), session.password(), session.begun(), now));
    return user;
  }

  synchronized void end(String id) {
    sessions.remove(key(id));
  }

  private static boolean isOver(Session session, Instant now) {
    return session.begun().plus(LONGEST).isBefore(now)
        || session.used().plus(LONGEST_UNUSED).isBefore(now);
  }

  private static String key(String id) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
