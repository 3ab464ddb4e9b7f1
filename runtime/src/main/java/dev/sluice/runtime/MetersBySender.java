package dev.sluice.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A meter for each sender. Beyond a number of senders, the rest share one, because other programs
 * may write to senders without number.
 */
public final class MetersBySender<M> {
  /** The senders that have a meter of their own. */
  public static final int MOST = 1_000;

  /** The tag of the meter that the rest share. */
  public static final String REST = "(others)";

  private final Map<String, M> own = new ConcurrentHashMap<>();
  private final Function<String, M> register;
  private volatile @Nullable M shared;

  /**
   * Creates the meters.
   *
   * @param register registers a meter whose tag {@code sender} has the given value
   */
  public MetersBySender(Function<String, M> register) {
    this.register = register;
  }

  /** Returns a sender's meter. Only the first call for each sender takes a lock. */
  public M of(String senderId) {
    M known = own.get(senderId);
    if (known != null) {
      return known;
    }
    M others = shared;
    return others == null ? registered(senderId) : others;
  }

  private synchronized M registered(String senderId) {
    if (own.size() < MOST || own.containsKey(senderId)) {
      return own.computeIfAbsent(senderId, register);
    }
    M others = shared;
    if (others == null) {
      others = register.apply(REST);
      shared = others;
    }
    return others;
  }
}
