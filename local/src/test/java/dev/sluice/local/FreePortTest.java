package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class FreePortTest {
  @Test
  void whatAnotherProcessHasBeenGivenIsLeftToIt() throws Exception {
    try (DatagramSocket given = reserveAfter(FreePort.next())) {
      int next = FreePort.next();
      assertThat(next).isNotEqualTo(given.getLocalPort());
    }
  }

  @Test
  void aServerCanListenOnWhatItIsGiven() throws Exception {
    try (ServerSocket server =
        new ServerSocket(FreePort.next(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(server.isBound()).isTrue();
    }
  }

  /** Reserves the next port that nobody has, as another process does. */
  private static DatagramSocket reserveAfter(int port) throws SocketException {
    try {
      return new DatagramSocket(port + 1, InetAddress.getLoopbackAddress());
    } catch (BindException e) {
      return reserveAfter(port + 1);
    }
  }
}
