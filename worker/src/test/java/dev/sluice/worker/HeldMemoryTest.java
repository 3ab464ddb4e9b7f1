package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of records read and waiting are limited, whatever the size of a request. */
class HeldMemoryTest {
  private static final int LARGE = 20_000;

  @Test
  void largeRequestsWaitInTheLogAndNotInMemory() {
    SteppedWorker worker = new SteppedWorker(HeldMemoryTest::accepted, new HeldMemory(400_000));
    for (int i = 0; i < 1_000; i++) {
      worker.write(request("large", i, LARGE));
    }
    for (int turn = 0; turn < 2_000; turn++) {
      worker.turn();
      assertThat(worker.held()).as("whatever one fetch brings").isLessThanOrEqualTo(20);
    }
    assertThat(worker.sentBy("large")).isEqualTo(1_000);
  }

  @Test
  void largeRequestsThatTheirProviderPausesStopNobodyElse() {
    SteppedWorker worker =
        new SteppedWorker(
            message ->
                message.address().equals("large")
                    ? new SendOutcome.Throttled("80007", "too many calls", Duration.ofMinutes(5))
                    : accepted(message),
            new HeldMemory(1_000_000));
    for (int i = 0; i < 300; i++) {
      worker.write(request("large", i, 3 * LARGE));
    }
    for (int i = 0; i < 800; i++) {
      worker.write(request("small", 1_000 + i, 10));
    }
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.sentBy("small")).isEqualTo(800);
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("id." + message.callbackData());
  }

  private static SendRequest request(String sender, long recipient, int size) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender(sender, "whatsapp", sender),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode().put("body", "x".repeat(size)),
        OnDoubt.HOLD,
        0,
        null);
  }
}
