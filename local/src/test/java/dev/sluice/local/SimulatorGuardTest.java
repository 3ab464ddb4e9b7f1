package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uses raw sockets, because HTTP clients set some of these headers themselves. */
class SimulatorGuardTest {
  private static final WhatsAppSimulator LOCAL =
      new WhatsAppSimulator(SimulatorConfig.friendly(80));
  private static final WhatsAppSimulator SHARED =
      new WhatsAppSimulator(
          SimulatorConfig.friendly(80)
              .with(new ListenerConfig(0, false, Duration.ofMinutes(1), null)));

  @AfterAll
  static void stop() {
    LOCAL.close();
    SHARED.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "POST|/simulator/reset|localhost|-|204",
        "POST|/simulator/reset|127.0.1.1:8099|-|204",
        "POST|/simulator/reset|[::1]:8099|-|204",
        "POST|/simulator/reset|rebound.example|-|403",
        "GET|/simulator/accepted|rebound.example|-|403",
        "GET|/simulator/report|rebound.example:8099|-|403",
        "GET|/simulator/report|localhost|Sec-Fetch-Site: none|200",
        "GET|/simulator/accepted|localhost|Sec-Fetch-Site: cross-site|403",
        "POST|/simulator/reset|localhost|Origin: https://evil.example|403",
        "POST|/simulator/reset|localhost|Origin: http://localhost:8080|403",
        "POST|/simulator/reset|localhost|Origin: null|403",
        "POST|/simulator/inbound|localhost|Sec-Fetch-Site: same-site|403",
        "POST|/v26.0/1/messages|localhost|Origin: https://evil.example|403",
        "POST|/v26.0/1/messages|host.docker.internal|-|401",
      })
  void onlyWhoeverRunsItMayControlIt(
      String method, String path, String host, String header, int status) throws IOException {
    assertThat(raw(LOCAL, method, path, host, header)).isEqualTo(status);
  }

  /** In a container network its name may be anything, but pages are still refused. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {"simulator|-|204", "simulator|Origin: http://simulator:8099|403"})
  void onAllInterfacesTheNameDoesNotMatter(String host, String header, int status)
      throws IOException {
    assertThat(raw(SHARED, "POST", "/simulator/reset", host, header)).isEqualTo(status);
  }

  private static int raw(
      WhatsAppSimulator simulator, String method, String path, String host, String header)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), simulator.port())) {
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n%s\r\n"
              .formatted(method, path, host, header == null ? "" : header + "\r\n");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      String line =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      return Integer.parseInt(line.split(" ", 3)[1]);
    }
  }
}
