package dev.sluice.demo;

import dev.sluice.aggregator.StatusAggregator;
import dev.sluice.aggregator.StatusAggregatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.acl.AclOperation;

/**
 * The status aggregator with results, garbage, and, if it is to pause a campaign, results of one
 * whose row is locked.
 */
record AggregatorOnTrial(SecuredKafka kafka, TestEnvironment database, TrialRows rows)
    implements RoleOnTrial {
  private static final String SENDER = "of-the-aggregator";
  private static final List<String> PHONES =
      List.of("+5511970000011", "+5511970000012", "+5511970000013", "+5511970000014");

  @Override
  public String name() {
    return "status-aggregator";
  }

  @Override
  public AutoCloseable start(Health health, KafkaRight missing) throws Exception {
    rows.sender(SENDER);
    UUID campaign = rows.campaign(SENDER, PHONES, null);
    rows.sending(campaign);
    Closer closer = new Closer();
    boolean stuck =
        missing.operation() == AclOperation.WRITE
            && missing.name().equals(SecuredKafka.TOPICS.campaignCommands());
    if (stuck) {
      closer.register(rows.lock(campaign));
    }
    for (long recipient : rows.recipients(campaign)) {
      kafka.write(
          SecuredKafka.TOPICS.sendResults(),
          campaign.toString(),
          new String(
              Json.write(
                  SendResult.of(recipient, campaign, 1, RecipientStatus.SENT, Instant.now())
                      .messageId("wamid.trial")
                      .attempts(1)
                      .build()),
              StandardCharsets.UTF_8));
    }
    kafka.write(SecuredKafka.TOPICS.sendResults(), "x", "no JSON");
    // Room for two, so that the locked campaign's are too many.
    closer.register(
        new StatusAggregator(
            new StatusAggregatorConfig(
                kafka.as(name()),
                database.as(ServiceRole.AGGREGATOR),
                1,
                Duration.ofMillis(200),
                2),
            health,
            new SimpleMeterRegistry()));
    return closer;
  }
}
