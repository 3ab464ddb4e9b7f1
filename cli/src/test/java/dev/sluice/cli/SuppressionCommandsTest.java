package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands that manage suppressions. */
class SuppressionCommandsTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void anExportReplacesTheFileWhole() throws IOException {
    Path numbers = Files.writeString(folder.resolve("numbers.csv"), "phone\n+5511970000042\n");
    assertThat(terminal.run("suppression", "import", numbers.toString())).isZero();
    Path file = Files.writeString(folder.resolve("out.csv"), "of yesterday");

    assertThat(terminal.run("suppression", "export", file.toString())).isZero();

    assertThat(file).content().startsWith("phone,reason,createdAt").contains("+5511970000042");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void anExportThatFailsLeavesTheFileThatWasThere() throws IOException {
    Path file = Files.writeString(folder.resolve("out.csv"), "of yesterday");

    assertThat(terminal.runAt(TestConsole.guarded(), "suppression", "export", file.toString()))
        .isEqualTo(1);
    assertThat(terminal.err()).contains("set SLUICE_API_TOKEN");
    try (ServerSocket breaksOff = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.ofVirtual().start(() -> answerHalf(breaksOff));
      String url = "http://localhost:" + breaksOff.getLocalPort();
      assertThat(terminal.execute("suppression", "export", file.toString(), "--url", url))
          .isEqualTo(1);
      server.interrupt();
    }

    assertThat(file).content().isEqualTo("of yesterday");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  private static void answerHalf(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().read();
      socket
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 99\r\n\r\nphone"
                  .getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLiftThatDoesNotReachEverythingSaysWhatDoes() {
    try (Database database =
        new Database(TestConsole.ENVIRONMENT.owner(), 1, "test", new SimpleMeterRegistry())) {
      database
          .sql()
          .execute(
              """
              INSERT INTO sluice.alias (phone, name) VALUES ('+5511970000051', '+551170000051');
              INSERT INTO sluice.said (name, at, reason)
                VALUES ('+551170000050', '2026-01-01', 'opt-out message');
              INSERT INTO sluice.renamed (before, now, at)
                VALUES ('+551170000050', '+551170000051', '2026-01-02'),
                  ('+551170000051', '+551170000052', '2026-01-03');
              INSERT INTO sluice.opt_out (name, reason, created_at)
                VALUES ('+551170000051', 'opt-out message', '2026-01-01')
              """);
    }

    assertThat(terminal.run("suppression", "lift", "+5511970000051", "--reason", "she called"))
        .isEqualTo(1);
    assertThat(terminal.err().strip())
        .isEqualTo(
            "sluice suppression lift: +5511970000051 is lifted, and its person still gets nothing"
                + " because of +551170000051 (opt-out message): lift +551170000051 too.");

    assertThat(terminal.run("suppression", "lift", "+551170000051", "--reason", "she called"))
        .isZero();
    assertThat(terminal.out()).contains("gets messages again");
  }
}
