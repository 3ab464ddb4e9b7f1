package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.LeastSpeed;
import dev.sluice.console.http.Spool;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.sql.Connections;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of the disk uploads may take. */
class SpooledUploadsTest {
  private static final int MEGABYTE = 1 << 20;
  private static final String FILE = "phone\n+5511970000001\n";
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  @TempDir private Path folder;
  private Path left;

  @BeforeEach
  void aKilledConsoleHasLeftAFile() throws IOException {
    left = Files.writeString(folder.resolve("sluice-upload-left"), FILE);
  }

  @Test
  void aConsoleRemovesWhatAKilledOneHasLeftAndNothingElse() throws IOException {
    Path foreign = Files.writeString(folder.resolve("foreign"), "x");
    try (Console console = console(MEGABYTE, 0)) {
      assertThat(left).doesNotExist();
      assertThat(foreign).exists();
      assertThat(upload(console).statusCode()).isEqualTo(200);
      assertThat(folder).isDirectoryContaining(foreign::equals);
      assertThat(folder.toFile().list()).hasSize(1);
    }
  }

  @Test
  void uploadsTogetherTakeNoMoreThanTheyMayAndGiveItBackAndASmallOneFindsRoom() throws IOException {
    String larger = FILE + "bad\n".repeat(20_000);
    try (Console console = console(3L * MEGABYTE, 0)) {
      List<Socket> unfinished = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        unfinished.add(new Api(console.port()).beginUpload("/api/suppressions", larger));
      }
      HttpResponse<byte[]> refused =
          await().until(() -> upload(console, larger), answer -> answer.statusCode() != 200);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(Api.json(refused).path("detail").asString()).contains("3 MiB that they may");
      assertThat(upload(console).statusCode()).isEqualTo(200);

      for (Socket one : unfinished) {
        one.close();
      }
      await().until(() -> upload(console, larger).statusCode() == 200);
    }
  }

  @Test
  void nothingIsKeptWhereTheDiskIsNearlyFull() {
    try (Console console = console(MEGABYTE, Long.MAX_VALUE)) {
      HttpResponse<byte[]> refused = upload(console);

      assertThat(refused.statusCode()).isEqualTo(507);
      assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
      assertThat(Api.json(refused).path("detail").asString()).contains("disk");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void aFileWhoseRowsTakeTooLongGivesItsPlaceBack() {
    try (Console console = console(MEGABYTE, 0, Duration.ZERO)) {
      HttpResponse<byte[]> refused = upload(console);

      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(Api.json(refused).path("detail").asString()).contains("divide it");
    }
  }

  private static HttpResponse<byte[]> upload(Console console) {
    return upload(console, FILE);
  }

  private static HttpResponse<byte[]> upload(Console console, String file) {
    return new Api(console.port()).post("/api/suppressions", "text/csv", file);
  }

  private Console console(long together, long leastFree) {
    return console(together, leastFree, Duration.ofMinutes(1));
  }

  private Console console(long together, long leastFree, Duration importsTake) {
    return new Console(
        ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.database()),
        new Console.Limits(
            Connections.Sizes.DEFAULT,
            4,
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            new Uploads.Limits(
                new Spool.Limits(folder, MEGABYTE, together, leastFree),
                8,
                new LeastSpeed(1_024, Duration.ofSeconds(10), Duration.ofMinutes(1)),
                Duration.ofSeconds(30),
                importsTake),
            HeldBodies.Limits.API,
            HeldBodies.Limits.WEBHOOKS),
        new Health(),
        new SimpleMeterRegistry(),
        settings -> {});
  }
}
