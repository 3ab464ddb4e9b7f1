package dev.sluice.cli;

import dev.sluice.local.FreePort;

/** Ports to listen on, looked at before anything is opened. */
final class Ports {
  private Ports() {}

  /**
   * The port, if nobody else has it.
   *
   * @param option how another one is chosen
   * @throws IllegalStateException if somebody has it
   */
  static int free(int port, String option) {
    if (port != 0 && !FreePort.free(port)) {
      throw new IllegalStateException("port " + port + " is taken; choose another with " + option);
    }
    return port;
  }
}
