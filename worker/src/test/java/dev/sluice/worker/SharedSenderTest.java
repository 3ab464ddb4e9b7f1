package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Tests campaigns of one sender when something goes wrong before a message is written. */
class SharedSenderTest {
  private static final UUID FAULTY = new UUID(0, 1);
  private static final UUID HEALTHY = new UUID(0, 2);
  private static final int RATE = 80;

  @Test
  void aMessageOnWhichTheProvidersCodeFailsStopsItsCampaignAlone() {
    SteppedWorker worker =
        worker((message, permit) -> {
          if (message.callbackData().startsWith(FAULTY.toString())) {
            throw new IllegalStateException("cannot render this");
          }
          permit.await();
          return new SendOutcome.Accepted("id");
        });
    write(worker, FAULTY, 0, 40);
    write(worker, HEALTHY, 40, 240);
    worker.run(Duration.ofSeconds(6));

    assertThat(worker.results)
        .extracting(SendResult::campaignId)
        .hasSize(200)
        .containsOnly(HEALTHY);
    assertThat(worker.controls).as("nobody else is stopped").isEmpty();
    assertThat(worker.partition.commands)
        .hasSize(1)
        .allSatisfy(pause -> {
          assertThat(pause.command()).isEqualTo(CampaignCommand.Action.PAUSE);
          assertThat(pause.campaignId()).isEqualTo(FAULTY);
          assertThat(pause.reason()).contains("could not be prepared", "cannot render this");
        });
    assertThat(worker.returned).hasSize(40);
  }

  @Test
  void oneSuchMessageIsTriedAgainAndFailsAlone() {
    SteppedWorker worker =
        worker((message, permit) -> {
          if (message.callbackData().endsWith(":0:1")) {
            throw new IllegalStateException("cannot render this");
          }
          permit.await();
          return new SendOutcome.Accepted("id");
        });
    write(worker, FAULTY, 0, 20);
    worker.run(Duration.ofMinutes(1));

    assertThat(worker.results)
        .hasSize(20)
        .filteredOn(result -> result.recipientId() == 0)
        .allSatisfy(result -> {
          assertThat(result.errorCode()).isEqualTo("provider_failed");
          assertThat(result.attempts()).isEqualTo(5);
        });
    assertThat(worker.partition.commands).isEmpty();
  }

  /** A load balancer closes connections, a tenth of which cannot be replaced in time. */
  @Test
  void permitsThatAreLostAreCountedAndSaidAndTheOthersAreUsed() {
    int[] permits = {0};
    SteppedWorker worker =
        worker((message, permit) -> {
          permit.await();
          return permits[0]++ % 10 == 9
              ? new SendOutcome.Disconnected("closed")
              : new SendOutcome.Accepted("id");
        });
    write(worker, HEALTHY, 0, 10 * RATE);
    for (int second = 10; second < 30; second++) {
      write(worker, HEALTHY, second * RATE, (second + 1) * RATE);
      worker.run(Duration.ofSeconds(1));
    }

    assertThat(worker.results).hasSizeGreaterThan(20 * RATE * 85 / 100);
    assertThat(worker.meters.get("sluice.worker.outcomes").tag("outcome", "disconnected").counter())
        .satisfies(lost -> assertThat(lost.count()).isGreaterThan(100));
    assertThat(worker.health.problems().get("lanes")).contains("permits were lost");
    assertThat(worker.controls).isEmpty();
    worker.run(Duration.ofSeconds(60));
    assertThat(worker.results).hasSize(30 * RATE);
    assertThat(worker.results).extracting(SendResult::attempts).containsOnly(1);
    assertThat(worker.health.problems()).isEmpty();
  }

  private static SteppedWorker worker(BiFunction<OutgoingMessage, Permit, SendOutcome> provider) {
    return new SteppedWorker(2_000, new SteppedTime(), provider);
  }

  private static void write(SteppedWorker worker, UUID campaign, int from, int to) {
    for (int i = from; i < to; i++) {
      worker.write(
          new SendRequest(
              i,
              campaign,
              1,
              new SendRequest.Sender("s", "whatsapp", "1"),
              0,
              RATE,
              "+5511960000000",
              Json.MAPPER.createObjectNode(),
              OnDoubt.HOLD,
              0,
              null));
    }
  }
}
