package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static dev.sluice.demo.PipelineFixture.friendly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests a provider that accepts messages without an answer, through all services. */
class LostAnswersIT {
  private final TroubledPipeline trouble = new TroubledPipeline();
  private final PipelineFixture pipeline = trouble.pipeline();
  private final DSLContext sql = pipeline.sql();

  @AfterEach
  void stop() {
    trouble.close();
  }

  @Test
  void receiptsSettleWhoWasInDoubtAndCountEverybodyOnce() throws Exception {
    ReceiptConfig receipts =
        new ReceiptConfig(
            pipeline.uri("/webhooks/whatsapp"),
            "app-secret",
            Duration.ofSeconds(1),
            50,
            0.3,
            true,
            0.5,
            0);
    WhatsAppSimulator simulator =
        trouble.start(
            friendly().withTrouble(0, 0.05, Duration.ofMillis(300)).withReceipts(receipts));
    UUID campaign = trouble.campaign(400);
    pipeline.command(campaign, "start");

    await()
        .atMost(PATIENCE)
        .until(() -> {
          Record row = pipeline.campaign(campaign);
          return row.get("delivered", Long.class) + row.get("read", Long.class) == 400;
        });

    assertThat(simulator.report().hung()).isPositive();
    assertThat(simulator.report().duplicates()).isZero();
    assertThat(
            sql.fetch(
                    "SELECT status, count(*) FROM sluice.campaign_recipient WHERE campaign_id = ?"
                        + " GROUP BY status",
                    campaign)
                .intoMap(row -> row.get(0, String.class), row -> row.get(1, Long.class)))
        .containsOnlyKeys("DELIVERED", "READ")
        .containsEntry("READ", pipeline.campaign(campaign).get("read", Long.class));
  }

  @Test
  void exactlyThoseWhoseAnswerHangsAreInDoubt() throws Exception {
    WhatsAppSimulator simulator =
        trouble.start(friendly().withTrouble(0, 0.02, Duration.ofMillis(300)));
    UUID campaign = trouble.campaign(500);
    pipeline.command(campaign, "start");
    trouble.awaitCompletion(campaign);

    assertThat(simulator.report().hung()).isPositive();
    assertThat(pipeline.campaign(campaign).get("unconfirmed", Long.class))
        .isEqualTo(simulator.report().hung());
    assertThat(pipeline.campaign(campaign).get("sent", Long.class))
        .isEqualTo(500 - simulator.report().hung());
    assertThat(simulator.report().duplicates()).isZero();
  }
}
