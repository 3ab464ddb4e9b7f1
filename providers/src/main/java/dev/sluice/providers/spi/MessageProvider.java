package dev.sluice.providers.spi;

/** Delivers messages. Called from many virtual threads at a time; it may block. */
public interface MessageProvider extends AutoCloseable {

  /**
   * Sends one message, once: an implementation never repeats a request by itself, because nobody
   * could tell whether the first one arrived. Everything that can go wrong is an {@link
   * SendOutcome}.
   *
   * @param permit awaited when all is ready, as the last act before the first byte is written
   */
  SendOutcome send(OutgoingMessage message, Permit permit);

  /** Sends one message as soon as possible. */
  default SendOutcome send(OutgoingMessage message) {
    return send(message, Permit.FREE);
  }

  /** Gets ready to send soon, for example by opening a connection. May fail without harm. */
  default void warmUp() {}

  /** Whether the provider answers at all, asked while its senders wait for it; sends nothing. */
  default boolean available() {
    return true;
  }

  @Override
  void close();
}
