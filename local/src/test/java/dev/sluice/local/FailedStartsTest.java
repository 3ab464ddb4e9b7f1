package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What could not start leaves nothing behind that it had started before. */
class FailedStartsTest {
  private final int taken = FreePort.next();
  private ServerSocket other;

  @BeforeEach
  void takeThePort() throws IOException {
    other = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void release() throws IOException {
    other.close();
  }

  @Test
  void kafkaThatDoesNotStartLeavesNeitherPostgreSqlNorTheFolder() throws IOException {
    int databasePort = FreePort.next();
    TemporaryFolder folder = new TemporaryFolder("failed-start");

    assertThatThrownBy(() -> EmbeddedInfrastructure.in(folder, taken, databasePort))
        .hasStackTraceContaining("localhost:" + taken);

    assertThat(FreePort.free(InetAddress.getLoopbackAddress(), databasePort)).isTrue();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void aBrokerThatCannotBeLaunchedLeavesNoneOfTheOthers() {
    Set<ProcessHandle> before = brokers();

    assertThatThrownBy(() -> new KafkaCluster(3, new UsableOnce()))
        .hasMessage("the second broker cannot be launched");

    Set<ProcessHandle> left = brokers();
    left.removeAll(before);
    assertThat(left).isEmpty();
  }

  @Test
  void aSimulatorThatCannotListenSendsNoReceipts() throws Exception {
    FailedStart failed =
        FailedStart.of(() ->
            new WhatsAppSimulator(
                SimulatorConfig.friendly(80)
                    .withReceipts(ReceiptConfig.to(URI.create("http://localhost:1"), "secret"))
                    .at(taken)));

    assertThat(failed.failure()).hasStackTraceContaining("in use");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(failed.threads()).isEmpty());
  }

  /** Returns the JVMs that this one has started; PostgreSQL of tests beside this one is none. */
  private static Set<ProcessHandle> brokers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .collect(Collectors.toSet());
  }

  /** The options of a JVM, which can be read for one broker only. */
  private static final class UsableOnce extends AbstractList<String> {
    private boolean used;

    @Override
    public String get(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int size() {
      return 0;
    }

    @Override
    public Stream<String> stream() {
      if (used) {
        throw new IllegalStateException("the second broker cannot be launched");
      }
      used = true;
      return Stream.empty();
    }
  }
}
