package dev.sluice.providers.spi;

/** Sends messages. Called from many virtual threads at a time; calls may block. */
public interface MessageProvider extends AutoCloseable {

  /**
   * Sends one message, once. An implementation never repeats a request by itself, because it is
   * unknown whether the first one arrived. Every failure is a {@link SendOutcome}.
   *
   * @param permit awaited when all is ready, as the last act before the first byte is written
   */
  SendOutcome send(OutgoingMessage message, Permit permit);

  /** Sends one message as soon as possible. */
  default SendOutcome send(OutgoingMessage message) {
    return send(message, Permit.FREE);
  }

  /** Prepares for sending soon, for example by opening a connection. May fail without harm. */
  default void warmUp() {}

  /**
   * Returns whether the provider answers at all, without sending a message. Called while its
   * senders wait for it.
   */
  default boolean available() {
    return true;
  }

  @Override
  void close();
}
