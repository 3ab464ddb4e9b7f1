package dev.sluice.providers.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many TLS handshakes are under way. When hundreds of connections are needed at once,
 * their handshakes would share the processor, all exceed the connect timeout, and begin anew. Those
 * that come later also resume the sessions of the first, which costs less.
 */
final class Handshakes implements TlsSocketStrategy {
  /** At a round-trip time of 100 ms these open 300 connections a second. */
  static final int AT_ONCE = 64;

  private final TlsSocketStrategy strategy;
  private final Duration patience;
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * Creates the limit.
   *
   * @param patience how long one may wait until it begins
   */
  Handshakes(TlsSocketStrategy strategy, Duration patience) {
    this.strategy = strategy;
    this.patience = patience;
  }

  @Override
  public SSLSocket upgrade(
      Socket socket,
      String target,
      int port,
      @Nullable Object attachment,
      @Nullable HttpContext context)
      throws IOException {
    try {
      if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ConnectTimeoutException("too many TLS handshakes with " + target);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before the TLS handshake");
    }
    try {
      return strategy.upgrade(socket, target, port, attachment, context);
    } finally {
      places.release();
    }
  }
}
