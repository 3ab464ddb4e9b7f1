package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortTest {
  @Test
  void whatAnotherProcessHasBeenGivenIsLeftToIt() throws Exception {
    int last = FreePort.next();
    try (DatagramSocket given = new DatagramSocket(last + 1, InetAddress.getLoopbackAddress())) {
      assertThat(FreePort.next()).isNotEqualTo(given.getLocalPort());
    }
  }

  @Test
  void aServerCanListenOnWhatItIsGiven() throws Exception {
    try (ServerSocket server =
        new ServerSocket(FreePort.next(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(server.isBound()).isTrue();
    }
  }
}
