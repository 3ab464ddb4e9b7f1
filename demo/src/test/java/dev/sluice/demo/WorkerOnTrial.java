package dev.sluice.demo;

import dev.sluice.cli.WorkerCommand;
import dev.sluice.local.Refusal;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The worker with a request for each thing that it does with one. */
record WorkerOnTrial(SecuredKafka kafka, String provider) implements RoleOnTrial {
  private static final String ACCEPTED = "+5511970000020";
  private static final String SENDER_BLOCKED = "+5511970000021";
  private static final String CAMPAIGN_STOPPED = "+5511970000022";
  private static final String TOO_SOON = "+5511970000023";

  /** Makes the provider refuse what the requests below expect to be refused. */
  static void setRefusals(WhatsAppSimulator simulator) {
    simulator.setRefusals(
        List.of(
            Refusal.parse(".*0021=190/401"),
            Refusal.parse(".*0022=132015"),
            Refusal.parse(".*0023=131056")));
  }

  @Override
  public String name() {
    return "worker";
  }

  @Override
  public AutoCloseable start(Health health, KafkaRight missing) throws Exception {
    UUID paused = UUID.randomUUID();
    kafka.write(
        SecuredKafka.TOPICS.controls(), Control.campaignKey(paused), "{\"state\":\"PAUSED\"}");
    request(paused, ACCEPTED, null);
    for (String number : List.of(ACCEPTED, SENDER_BLOCKED, CAMPAIGN_STOPPED)) {
      request(UUID.randomUUID(), number, null);
    }
    // A test waits in its lane.
    request(UUID.randomUUID(), TOO_SOON, true);
    kafka.write(SecuredKafka.TOPICS.sendRequests(), "x", "no JSON");
    return new Worker(
        WorkerConfig.of(kafka.as(name()), "1"),
        WorkerCommand.providers(
            Optional.of(WhatsAppConfig.of(provider, WhatsAppConfig.DEFAULT_API_VERSION, "token")),
            List.of(),
            100,
            false),
        health,
        new SimpleMeterRegistry());
  }

  /** Writes a request of a sender of its own, which may be blocked, in its last but one attempt. */
  private void request(UUID campaign, String to, @Nullable Boolean test) throws Exception {
    SendRequest request =
        new SendRequest(
            1,
            campaign,
            1,
            new SendRequest.Sender("w-" + UUID.randomUUID(), "whatsapp", TrialRows.ADDRESS),
            0,
            50,
            to,
            Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}"),
            OnDoubt.HOLD,
            3,
            null,
            null,
            test,
            null);
    kafka.write(
        SecuredKafka.TOPICS.sendRequests(),
        request.laneKey().toString(),
        new String(Json.write(request), StandardCharsets.UTF_8));
  }
}
