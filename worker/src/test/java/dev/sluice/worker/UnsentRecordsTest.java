package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.WindowCodec;
import dev.sluice.worker.output.RecordBatch;
import dev.sluice.worker.output.SizeBudget;
import dev.sluice.worker.output.TopicOutages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Unsent records of topics that cannot be written to, of which a partition may have thousands. */
class UnsentRecordsTest {
  private static final int RECORDS = 3_000;
  private static final int AT_ONCE = 1_000;
  private static final UUID CAMPAIGN = new UUID(0, 1);
  private static final Instant LONG_AGO =
      new FakeTime().now().minus(SendRequest.SENT_WITHIN.plusMinutes(1));

  private final FakeTime time =
      new FakeTime() {
        @Override
        public Instant now() {
          looks++;
          return super.now();
        }
      };
  private final Health health = new Health();
  private final ControlsView controls = NoControls.view(TOPICS, time);
  private final AdmissionControl admission =
      new AdmissionControl(
          controls, new MissingProviders(Set.of("whatsapp"), health, time::nanoTime));
  private final UnsentRecords unsent = new UnsentRecords(admission, new DelayedTasks(), time);
  private final TopicOutages outages = new TopicOutages(TOPICS, health, time::nanoTime);
  private final PartitionState partition = PartitionInMemory.unread();

  /** How often a record was looked at. */
  private int looks;

  @BeforeEach
  void bothTopicsAreOut() {
    outages.failed(Map.of(TOPICS.deadLetters(), "away", TOPICS.returnedRequests(), "away"));
  }

  @Test
  void deadLettersAreLookedAtOnceUntilTheirTopicIsBack() {
    for (int offset = 0; offset < RECORDS; offset++) {
      partition.addUnsent(
          new UnsentRecord.Unreadable(
              partition, new Watched(offset), UnsentRecord.Cause.UNREADABLE, "no request"));
    }

    assertThatNoTurnLooksAtThemAgain();
    assertThatEachOfTheNextTransactionsTakesAFullPart();
  }

  @Test
  void requestsToBeReturnedAreLookedAtOnceUntilTheirTopicIsBack() {
    addOldRequests();

    assertThatNoTurnLooksAtThemAgain();
    assertThatEachOfTheNextTransactionsTakesAFullPart();
  }

  @Test
  void thoseOfACampaignThatIsCancelledMeanwhileAreDropped() {
    addOldRequests();
    clear();

    controls.expect(
        Control.campaignKey(CAMPAIGN), new Control(Control.State.CANCELLED, "by a user"), 1);
    for (int i = 0; i < RECORDS / AT_ONCE; i++) {
      assertThat(clear().isEmpty()).isFalse();
    }

    assertThat(partition.window().firstOpen()).isEqualTo(RECORDS);
  }

  /** Each keeps an offset open, and soon none of its partition's lanes could send. */
  @Test
  void thoseInACrowdedWindowAreRequeued() {
    addOldRequests();
    clear();
    for (int offset = RECORDS; offset < 20_000; offset += 2) {
      partition.window().admit(offset);
      partition.window().set(offset, WindowCodec.State.DONE);
    }
    assertThat(partition.window().crowded()).isTrue();

    assertThat(clear().records())
        .isNotEmpty()
        .allMatch(record -> record.topic().equals(TOPICS.sendRequests()));
  }

  private void assertThatNoTurnLooksAtThemAgain() {
    assertThat(clear().isEmpty()).isTrue();
    looks = 0;
    for (int turn = 0; turn < 10; turn++) {
      assertThat(clear().isEmpty()).isTrue();
    }
    assertThat(looks).isLessThan(RECORDS);
  }

  private void assertThatEachOfTheNextTransactionsTakesAFullPart() {
    time.sleep(Duration.ofSeconds(31));
    for (int i = 0; i < RECORDS / AT_ONCE; i++) {
      assertThat(clear().records()).hasSize(AT_ONCE);
    }
    assertThat(partition.window().firstOpen()).isEqualTo(RECORDS);
  }

  private void addOldRequests() {
    for (int offset = 0; offset < RECORDS; offset++) {
      partition.window().admit(offset);
      SendTask task =
          new SendTask(partition, offset, Requests.of(offset), LONG_AGO.toEpochMilli(), 100);
      partition.addUnsent(new UnsentRecord.Returned(task, null));
    }
  }

  private SendTransaction clear() {
    RecordBatch batch =
        new RecordBatch(TOPICS, new CampaignHeaders(), new SizeBudget(TOPICS), outages);
    OutcomePolicy policy = new OutcomePolicy(RetryPolicy.DEFAULT, controls, Machine.REAL);
    SendTransaction transaction =
        new SendTransaction(
            batch, policy, controls, admission, new BlockLimit(controls, new Health()), time);
    unsent.clear(List.of(partition), transaction);
    return transaction;
  }

  /** A record that no one can read. */
  private final class Watched extends ConsumerRecord<byte[], byte[]> {
    Watched(long offset) {
      super(TOPICS.sendRequests(), 0, offset, new byte[0], new byte[0]);
      partition.window().admit(offset);
    }

    @Override
    public long offset() {
      looks++;
      return super.offset();
    }
  }
}
