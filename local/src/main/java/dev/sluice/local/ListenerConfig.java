package dev.sluice.local;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the simulated provider listens.
 *
 * @param port 0 for any free port
 * @param loopbackOnly whether only this machine reaches it
 * @param idleTimeout when it drops a connection on which nothing comes
 * @param certificate what it shows to those who speak TLS with it, or null to speak without
 */
public record ListenerConfig(
    int port,
    boolean loopbackOnly,
    Duration idleTimeout,
    @Nullable SelfSignedCertificate certificate) {

  /** Without TLS, to this machine alone, at any free port. */
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
