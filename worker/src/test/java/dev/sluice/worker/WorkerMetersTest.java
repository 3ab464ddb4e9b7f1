package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {
  @Test
  void whatATakeoverLeavesInDoubtIsAnOutcomeToo() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.write(request(1));
    worker.write(request(2));
    worker.takeOver("v1 s1");
    worker.run(Duration.ofSeconds(1));

    assertThat(outcomes(worker, "in_doubt")).isOne();
    assertThat(outcomes(worker, "accepted")).isOne();
  }

  private static double outcomes(SteppedWorker worker, String outcome) {
    return worker
        .meters
        .get("sluice.worker.outcomes")
        .tags("sender", "s", "outcome", outcome)
        .counter()
        .count();
  }

  private static SendRequest request(long recipient) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender("s", "whatsapp", "1"),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode(),
        OnDoubt.HOLD,
        0,
        null);
  }
}
