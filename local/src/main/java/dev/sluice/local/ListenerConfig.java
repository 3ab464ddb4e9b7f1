package dev.sluice.local;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the simulated provider listens.
 *
 * @param port 0 for any free port
 * @param loopbackOnly whether only this machine can reach it
 * @param idleTimeout when it closes an idle connection
 * @param certificate its TLS certificate, or null for no TLS
 */
public record ListenerConfig(
    int port,
    boolean loopbackOnly,
    Duration idleTimeout,
    @Nullable SelfSignedCertificate certificate) {

  /** A free loopback port without TLS. */
  public static final ListenerConfig DEFAULT =
      new ListenerConfig(0, true, Duration.ofMinutes(2), null);

  ListenerConfig at(int newPort) {
    return new ListenerConfig(newPort, loopbackOnly, idleTimeout, certificate);
  }

  ListenerConfig with(SelfSignedCertificate newCertificate) {
    return new ListenerConfig(port, loopbackOnly, idleTimeout, newCertificate);
  }

  ListenerConfig with(Duration newIdleTimeout) {
    return new ListenerConfig(port, loopbackOnly, newIdleTimeout, certificate);
  }
}
