package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Tests that results stay in the store until they are written. */
class PendingResultsTest extends TopologyFixture {
  /** Only the store survives a crash; the next process writes what is in it. */
  @Test
  void whatWasNotWrittenBeforeACrashIsWrittenAfterIt() {
    UUID campaign = fixture.campaign(20);
    List<SendResult> left =
        fixture.recipients(campaign).subList(0, 5).stream()
            .map(id -> Fixture.result(campaign, id, 1, RecipientStatus.SENT))
            .toList();
    restart(new StatusStatement(fixture.sql()), Runnable::run);
    PendingResults store = pending();
    left.forEach(result -> store.put(PendingResults.key(result), result));
    // A new task reads its store at start; the driver's has already started, so pipe them again.
    left.forEach(result -> pipe(campaign.toString(), Json.write(result)));
    driver.advanceWallClockTime(Duration.ofSeconds(11));

    assertThat(fixture.rows(campaign)).containsEntry(RecipientStatus.SENT, 5);
    assertThat(storeIsEmpty()).as("what is written leaves the store").isTrue();
  }

  /** An older version does not know a later one's statuses. */
  @Test
  void whatCannotBeReadInTheStoreIsADeadLetterAndAllOthersAreWritten() {
    UUID campaign = fixture.campaign(3);
    List<Long> ids = fixture.recipients(campaign);
    String damaged = campaign + ":" + ids.get(0);
    String overtaken = campaign + ":" + ids.get(1);
    leftBehind = Map.of(damaged, new byte[] {'{'}, overtaken, new byte[] {'['});
    send(campaign, ids.subList(1, 3), RecipientStatus.SENT);
    assertThat(deadLetters().getQueueSize())
        .as("sent before a result takes its place in the store")
        .isEqualTo(2);
    assertThat(stored().get(damaged)).as("a crash now may lose the letter").isNotNull();

    step();
    assertThat(stored().get(damaged)).isNull();
    assertThat(stored().get(overtaken)).as("a newer result waits").isNotNull();
    assertThat(deadLetters().readRecordsToList())
        .hasSize(2)
        .allSatisfy(letter -> {
          assertThat(letter.key()).asString(StandardCharsets.UTF_8).isEqualTo(campaign.toString());
          assertThat(header(letter, "reason")).contains("cannot be read in the store");
        });

    driver.advanceWallClockTime(Duration.ofSeconds(11));
    assertThat(fixture.rows(campaign))
        .isEqualTo(Map.of(RecipientStatus.SENT, 2, RecipientStatus.PENDING, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  /** They name the changelog and what is in it, which other versions read. */
  @Test
  void theStoreKeepsItsNameAndKeys() throws IOException {
    restartWithoutFlushing();
    UUID campaign = fixture.campaign(1);
    List<Long> recipients = fixture.recipients(campaign);
    send(campaign, recipients, RecipientStatus.SENT);

    List<String> keys = new ArrayList<>();
    try (var all = stored().all()) {
      all.forEachRemaining(entry -> keys.add(PendingResults.NAME + " " + entry.key));
    }
    assertThat(keys)
        .isEqualTo(
            Files.readAllLines(Path.of("src/test/resources/golden/store-keys.txt")).stream()
                .map(line ->
                    line.replace("{campaign}", campaign.toString())
                        .replace("{recipient}", recipients.getFirst().toString()))
                .toList());
  }

  private KeyValueStore<String, byte[]> stored() {
    return driver.getKeyValueStore(PendingResults.NAME);
  }

  @Test
  void resultsWaitInTheStoreWhileTheDatabaseIsAway() throws SQLException {
    DatabaseConfig nowhere =
        new DatabaseConfig("jdbc:postgresql://localhost:1/sluice", "sluice_app", null);
    try (Database away = new Database(nowhere, 1, "away", new SimpleMeterRegistry())) {
      away.dataSource().unwrap(HikariDataSource.class).setConnectionTimeout(1_000);
      restart(new StatusStatement(away.sql()), Runnable::run);
      UUID campaign = fixture.campaign(1);
      send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);
      driver.advanceWallClockTime(Duration.ofSeconds(11));

      assertThat(health.problems()).containsKey("batches");
      assertThat(driver.getKeyValueStore(PendingResults.NAME).approximateNumEntries()).isOne();
    }
  }

  @Test
  void whatComesDuringAFlushIsKeptForTheNext() {
    restartWithoutFlushing();
    UUID campaign = fixture.campaign(1);
    send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);
    flush();
    Runnable flush = flushes.remove();
    send(campaign, fixture.recipients(campaign), RecipientStatus.READ);
    flush.run();
    step();

    assertThat(fixture.rows(campaign)).isEqualTo(Map.of(RecipientStatus.SENT, 1));
    assertThat(storeIsEmpty()).isFalse();
    assertThat(flushes).as("the receipt has time").isEmpty();

    driver.advanceWallClockTime(Duration.ofSeconds(10));
    flush();
    assertThat(fixture.rows(campaign)).isEqualTo(Map.of(RecipientStatus.READ, 1));
    assertThat(storeIsEmpty()).isTrue();
  }

  /** The room may be taken by another task of the same thread, which must get its turn. */
  @Test
  void aResultForWhichThereIsNoRoomWaitsAndIsTakenInTheEnd() {
    StatusAggregatorConfig small =
        new StatusAggregatorConfig(
            fixture.environment().kafka(),
            fixture.environment().database(),
            1,
            Duration.ofSeconds(10),
            2);
    restart(new StatusStatement(fixture.sql()), never -> {}, small);
    UUID campaign = fixture.campaign(2);
    send(campaign, fixture.recipients(campaign), RecipientStatus.SENT);

    assertThat(meters.get("sluice.aggregator.pending").gauge().value()).isEqualTo(2);
    assertThat(driver.getKeyValueStore(PendingResults.NAME).approximateNumEntries()).isEqualTo(2);
  }
}
