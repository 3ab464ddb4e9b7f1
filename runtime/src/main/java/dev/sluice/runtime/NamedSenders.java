package dev.sluice.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The senders that meters name. Beyond a number of senders, the rest share one name, because other
 * programs may write to senders without number. Meters that share it mean the same senders by that.
 */
public final class NamedSenders {
  /** How many senders have a name of their own. */
  public static final int MOST = 1_000;

  /** The name that the rest share. */
  public static final String REST = "(others)";

  private final Set<String> named = ConcurrentHashMap.newKeySet();
  private volatile boolean full;

  /**
   * Returns the sender's name in meters, always the same: the first senders are named. Only the
   * first call for each of them takes a lock.
   */
  public String nameOf(String senderId) {
    if (!full && !named.contains(senderId)) {
      admit(senderId);
    }
    return named.contains(senderId) ? senderId : REST;
  }

  private synchronized void admit(String senderId) {
    if (named.size() < MOST) {
      named.add(senderId);
      full = named.size() == MOST;
    }
  }
}
