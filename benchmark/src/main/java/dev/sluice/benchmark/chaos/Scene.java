package dev.sluice.benchmark.chaos;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.local.Refusal;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.Trouble;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A running pipeline in which a fault is about to occur. */
final class Scene implements AutoCloseable {
  /** The partitions of {@code send-requests}: few, so that victims share them with neighbours. */
  static final int PARTITIONS = 4;

  private final TestEnvironment environment;
  private final WhatsAppSimulator simulator;
  private final Fleet fleet;
  private final boolean measured;
  private final List<CampaignRun> victims = new ArrayList<>();
  private final List<Tail> tails = new ArrayList<>();
  private final Map<String, Trouble> troubles = new LinkedHashMap<>();
  private final Set<String> refusals = new LinkedHashSet<>();
  private final KafkaProducer<byte[], byte[]> records;
  private @Nullable CampaignRun sibling;
  private int senders;

  /**
   * Creates a scene.
   *
   * @param measured whether times count; they do not on a machine that is busy otherwise
   */
  Scene(TestEnvironment environment, WhatsAppSimulator simulator, Fleet fleet, boolean measured) {
    this.environment = environment;
    this.fleet = fleet;
    this.measured = measured;
    this.simulator = simulator;
    records =
        new KafkaProducer<>(
            environment.kafka().client(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  TestEnvironment environment() {
    return environment;
  }

  WhatsAppSimulator simulator() {
    return simulator;
  }

  Fleet fleet() {
    return fleet;
  }

  boolean measured() {
    return measured;
  }

  /** Answers a number wrongly from now on, in addition to those already answered wrongly. */
  void answerWrongly(String address, Trouble.Mode mode) {
    troubles.put(address, new Trouble(Pattern.compile(Pattern.quote(address)), mode));
    simulator.setTroubles(List.copyOf(troubles.values()));
  }

  /** Answers a number correctly again. */
  void answerRightly(String address) {
    troubles.remove(address);
    simulator.setTroubles(List.copyOf(troubles.values()));
  }

  /** Refuses messages in this way from now on, too. */
  void refuse(String refusal) {
    refusals.add(refusal);
    simulator.setRefusals(refusals.stream().map(Refusal::parse).toList());
  }

  /** Takes such messages again. */
  void refuseNoLonger(String refusal) {
    refusals.remove(refusal);
    simulator.setRefusals(refusals.stream().map(Refusal::parse).toList());
  }

  /** Returns the sum of a metric of all roles over its values that have all these tags. */
  double metric(String name, String... tags) throws InterruptedException {
    double sum = 0;
    for (String role : fleet.names()) {
      sum += fleet.get(role).metric(name, tags);
    }
    return sum;
  }

  /** Waits until a role has warned in a line with all these texts. */
  void awaitLine(String... texts) {
    await("a line with " + List.of(texts))
        .atMost(Duration.ofMinutes(2))
        .until(() ->
            fleet.names().stream()
                .flatMap(role -> fleet.get(role).log().stream())
                .anyMatch(line -> Stream.of(texts).allMatch(line::contains)));
  }

  /** Returns what is written to the dead letters from now on. */
  Tail deadLetters() {
    return tail(environment.kafka().topics().deadLetters());
  }

  /** Returns what is written to a topic from now on. */
  Tail tail(String topic) {
    Tail tail = new Tail(environment.kafka(), topic);
    tails.add(tail);
    return tail;
  }

  /**
   * Makes later victims campaigns of this campaign's sender, whatever rate they ask for; null gives
   * each its own sender.
   */
  void victimsBeside(@Nullable CampaignRun campaign) {
    sibling = campaign;
  }

  /** Returns how many of a campaign's messages the provider has taken. */
  long taken(CampaignRun campaign) {
    return simulator.accepted().countOf(campaign.id() + ":");
  }

  /** Waits until a victim sends: for seconds of its rate, or where times do not count for one. */
  void awaitSending(CampaignRun victim, double rate) {
    await("the victim sends")
        .atMost(Duration.ofMinutes(1))
        .until(() -> taken(victim) > (measured ? 3 : 1) * rate);
  }

  /** Creates a campaign for a fault, with its own sender whose phone number id is its name. */
  CampaignRun victim(int recipients, double ratePerSecond) {
    CampaignRun beside = sibling;
    if (beside != null) {
      CampaignRun victim = beside.another(recipients);
      victims.add(victim);
      return victim;
    }
    senders++;
    String sender = "victim" + senders;
    CampaignRun victim = new CampaignRun(environment, sender, sender, recipients, ratePerSecond, 1);
    victims.add(victim);
    return victim;
  }

  /** Creates several campaigns of one sender for a fault. */
  List<CampaignRun> victims(int count, int recipients, double ratePerSecond) {
    CampaignRun first = victim(recipients, ratePerSecond);
    List<CampaignRun> all = new ArrayList<>(List.of(first));
    while (all.size() < count) {
      CampaignRun next = first.another(recipients);
      victims.add(next);
      all.add(next);
    }
    return all;
  }

  void command(CampaignCommand.Action action, CampaignRun campaign) throws Exception {
    write(
        environment.kafka().topics().campaignCommands(),
        null,
        campaign.id().toString(),
        Json.write(new CampaignCommand(action, campaign.id(), "neighbours", Instant.now())));
  }

  /** Unblocks a sender as the console does. */
  void unblock(String sender) {
    write(
        environment.kafka().topics().controls(),
        null,
        Control.senderKey(sender),
        Json.write(new Control(Control.State.RUNNING, "unblocked")));
  }

  /** Writes a request as a hostile program would. */
  void request(LaneKey lane, byte[] value) {
    write(
        environment.kafka().topics().sendRequests(),
        lane.partition(PARTITIONS),
        lane.toString(),
        value);
  }

  void result(SendResult result) {
    result(result.campaignId(), Json.write(result));
  }

  void result(UUID campaignId, byte[] value) {
    write(environment.kafka().topics().sendResults(), null, campaignId.toString(), value);
  }

  // Flush awaits it.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void write(String topic, @Nullable Integer partition, String key, byte[] value) {
    records.send(
        new ProducerRecord<>(topic, partition, key.getBytes(StandardCharsets.UTF_8), value));
  }

  /** Waits until everything written is in Kafka. */
  void flush() {
    records.flush();
  }

  /** Runs SQL as the owner, which has all privileges. */
  void sql(String statement, Object... values) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        prepared.setObject(i + 1, values[i]);
      }
      prepared.execute();
    }
  }

  /** Asks the database a question as the owner. */
  boolean ask(String question, Object... values) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement prepared = connection.prepareStatement(question)) {
      for (int i = 0; i < values.length; i++) {
        prepared.setObject(i + 1, values[i]);
      }
      try (ResultSet rows = prepared.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** Returns a connection as the owner, for locks to be held. */
  Connection connection() throws SQLException {
    return DriverManager.getConnection(
        environment.owner().url(), environment.owner().user(), environment.owner().password());
  }

  /** Drops a table's checks: rows from before they existed may still be there. */
  void withoutChecks(String table) throws SQLException {
    List<String> checks = new ArrayList<>();
    try (Connection connection = connection();
        PreparedStatement named =
            connection.prepareStatement(
                "SELECT conname FROM pg_constraint"
                    + " WHERE conrelid = ?::regclass AND contype = 'c'")) {
      named.setString(1, "sluice." + table);
      try (var rows = named.executeQuery()) {
        while (rows.next()) {
          checks.add(rows.getString(1));
        }
      }
    }
    for (String check : checks) {
      sql("ALTER TABLE sluice." + table + " DROP CONSTRAINT \"" + check + "\"");
    }
  }

  /** Closes what the faults so far have opened. */
  void clear() {
    victims.forEach(CampaignRun::close);
    victims.clear();
    tails.forEach(Tail::close);
    tails.clear();
  }

  @Override
  public void close() {
    clear();
    records.close();
  }
}
