package dev.sluice.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A meter for each of the {@link NamedSenders}, and one for the rest. */
public final class MetersBySender<M> {
  private final Map<String, M> byName = new ConcurrentHashMap<>();
  private final NamedSenders named;
  private final Function<String, M> register;

  /**
   * Creates the meters.
   *
   * @param register registers a meter whose tag {@code sender} has the given value
   */
  public MetersBySender(NamedSenders named, Function<String, M> register) {
    this.named = named;
    this.register = register;
  }

  /** Returns a sender's meter. Only the first call for each named sender takes a lock. */
  public M of(String senderId) {
    String name = named.nameOf(senderId);
    M known = byName.get(name);
    return known != null ? known : byName.computeIfAbsent(name, register);
  }
}
