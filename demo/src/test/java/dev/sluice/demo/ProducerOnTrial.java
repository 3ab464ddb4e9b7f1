package dev.sluice.demo;

import dev.sluice.local.TestEnvironment;
import dev.sluice.producer.FanOut;
import dev.sluice.producer.FanOutConfig;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/**
 * The producer with a campaign that is started and paused, one whose time has come, and garbage.
 */
record ProducerOnTrial(SecuredKafka kafka, TestEnvironment database, TrialRows rows)
    implements RoleOnTrial {
  private static final String SENDER = "of-the-producer";

  @Override
  public String name() {
    return "producer";
  }

  @Override
  public AutoCloseable start(Health health, KafkaRight missing) throws Exception {
    rows.sender(SENDER);
    rows.campaign(
        SENDER,
        List.of("+5511970000001", "+5511970000004"),
        OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(1));
    UUID campaign = rows.campaign(SENDER, List.of("+5511970000002", "+5511970000003"), null);
    command("start", campaign);
    command("pause", campaign);
    kafka.write(SecuredKafka.TOPICS.campaignCommands(), "x", "no JSON");
    return new FanOut(
        FanOutConfig.of(kafka.as(name()), database.as(ServiceRole.PRODUCER)),
        health,
        new SimpleMeterRegistry());
  }

  private void command(String command, UUID campaign) throws Exception {
    kafka.write(
        SecuredKafka.TOPICS.campaignCommands(),
        campaign.toString(),
        "{\"command\":\"%s\",\"campaignId\":\"%s\"}".formatted(command, campaign));
  }
}
