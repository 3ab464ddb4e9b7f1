package dev.sluice.cli;

import dev.sluice.cli.CampaignRepair.Verdict;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.ShortId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Repairs a campaign that cannot complete because Kafka has lost parts of it. */
@Command(
    name = "repair",
    description = {
      "Compares a campaign's pending recipients with Kafka's logs, says what it finds, and with"
          + " --yes mends it: outcomes that are missing in rows are written once more, and whoever"
          + " may have been sent to without anybody knowing becomes UNCONFIRMED, which is never"
          + " sent again by itself.",
      "It reads the logs themselves, so it needs to reach Kafka and PostgreSQL like a service."
    },
    mixinStandardHelpOptions = true)
final class CampaignRepairCommand implements Callable<Integer> {
  private static final Set<CampaignStatus> UNDER_WAY =
      EnumSet.of(CampaignStatus.SENDING, CampaignStatus.PAUSED);

  /** Counting may take long; but a row that somebody holds is reported instead of waited for. */
  private static final Database.Timeouts PATIENT =
      new Database.Timeouts(Duration.ofMinutes(10), Duration.ofSeconds(10));

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private DatabaseOptions database = new DatabaseOptions();

  @Option(
      names = "--yes",
      defaultValue = "${env:SLUICE_REPAIR_YES:-false}",
      fallbackValue = "true",
      description = "Do it; without this it only says what it would do (SLUICE_REPAIR_YES).")
  private boolean confirmed;

  @Parameters(
      paramLabel = "CAMPAIGN",
      description = "Its id, or the beginning of it as logs print it.")
  private ShortId shortId;

  private UUID id;

  // picocli sets them before it calls.
  @SuppressWarnings("NullAway.Init")
  CampaignRepairCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    KafkaConfig config = kafka.config();
    try (Database sql =
        new Database(database.config(), 1, "repair", new SimpleMeterRegistry(), PATIENT)) {
      CampaignRepair.Campaign campaign = CampaignRepair.find(sql.sql(), shortId);
      id = campaign.id();
      if (!UNDER_WAY.contains(campaign.status())) {
        out.printf("the campaign is %s: there is nothing to repair%n", campaign.status());
        return 0;
      }
      CampaignTraces traces = CampaignTraces.read(id, config);
      CampaignRepair repair = new CampaignRepair(sql.sql(), campaign, traces);
      Map<Verdict, Long> counts = repair.count();
      for (Verdict verdict : CampaignRepair.verdicts()) {
        if (counts.containsKey(verdict)) {
          out.printf("%,12d %s%n", counts.get(verdict), verdict.words());
        }
      }
      if (traces.pass() == null && !counts.isEmpty()) {
        out.println("the producer has no record of this campaign and queues nothing for it");
      }
      if (traces.skipped() > 0) {
        out.printf("%,d records of any campaign are damaged and count as lost%n", traces.skipped());
      }
      finish(out, config, repair, counts);
      out.flush();
    }
    return 0;
  }

  private void finish(
      PrintWriter out, KafkaConfig config, CampaignRepair repair, Map<Verdict, Long> counts)
      throws Exception {
    boolean mends = counts.containsKey(Verdict.RESULT_KNOWN) || counts.containsKey(Verdict.UNKNOWN);
    boolean goesOn = !mends && counts.keySet().equals(Set.of(Verdict.NEVER_REQUESTED));
    if (!mends && !goesOn) {
      out.println(
          counts.containsKey(Verdict.NEVER_REQUESTED)
              ? "run this again when no recipient is queued any more"
              : "there is nothing to repair");
      return;
    }
    if (!confirmed) {
      out.println("nothing was changed: add --yes to do it");
      return;
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.client(Map.of("acks", "all")),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      if (mends) {
        write(producer, config, repair);
        out.println("done; run this again in half a minute to see what is left");
      } else {
        goOn(producer, config);
        out.println("the campaign goes on with those who were never queued");
      }
    }
  }

  // Flush awaits the records; close fails if one could not be written.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void write(
      KafkaProducer<byte[], byte[]> producer, KafkaConfig config, CampaignRepair repair) {
    Instant now = Instant.now();
    repair.forEach((message, verdict) -> {
      SendResult remedy = repair.remedy(message, verdict, now);
      if (remedy != null) {
        producer.send(record(config.topics().sendResults(), EventType.SEND_RESULT, remedy));
      }
    });
    producer.flush();
  }

  private void goOn(KafkaProducer<byte[], byte[]> producer, KafkaConfig config) throws Exception {
    producer
        .send(
            record(
                config.topics().campaignCommands(),
                EventType.CAMPAIGN_COMMAND,
                CampaignCommand.goOn(id, "sluice campaign repair", Instant.now())))
        .get();
  }

  private ProducerRecord<byte[], byte[]> record(String topic, EventType type, Object event) {
    byte[] key = id.toString().getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(topic, null, key, Json.write(event), type.headers(id));
  }
}
