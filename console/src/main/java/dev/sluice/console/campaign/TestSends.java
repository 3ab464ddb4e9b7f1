package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.console.output.KafkaOutput;
import dev.sluice.providers.Providers;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sends a campaign's message to a few numbers through the sender's lane, as campaigns do, and at
 * its rate. It is counted nowhere: each request is marked as a test, and carries a campaign id that
 * no campaign has.
 */
public final class TestSends {
  /** Numbers of one test. */
  static final int MOST = 10;

  private final Bulkhead changes;
  private final DSLContext sql;
  private final KafkaOutput output;
  private final Topics topics;
  private final PhoneNumbers phoneNumbers;

  /**
   * Creates the sends.
   *
   * @param changes places of those who use the connections
   */
  public TestSends(
      Bulkhead changes,
      DSLContext sql,
      KafkaOutput output,
      Topics topics,
      PhoneNumbers phoneNumbers) {
    this.changes = changes;
    this.sql = sql;
    this.output = output;
    this.topics = topics;
    this.phoneNumbers = phoneNumbers;
  }

  /**
   * A requested test.
   *
   * @param to the numbers
   * @param variables of the message, one set for all
   */
  record Wish(
      @Nullable List<@Nullable String> to, @Nullable Map<String, @Nullable String> variables) {}

  /**
   * A test that was sent off.
   *
   * @param testId the id under which logs and results report its outcome
   * @param to the numbers in E.164
   */
  record Sent(UUID testId, Set<String> to) {}

  Sent send(UUID campaign, Wish wish) {
    Set<String> to = numbers(wish.to());
    Record row = changes.run(() -> readAllowed(campaign, to));
    JsonNode message =
        rendered(row.get(CAMPAIGN.MESSAGE).data(), row.get(SENDER.PROVIDER), wish.variables());
    var sender =
        new SendRequest.Sender(
            row.get(SENDER.ID), row.get(SENDER.PROVIDER), row.get(SENDER.ADDRESS));
    // As the producer writes it: the lane follows the newest request.
    double rate =
        new LaneRates(row.get(SENDER.RATE_PER_SECOND), row.get(SENDER.LANES)).permitsPerSecond(0);
    UUID testId = UUID.randomUUID();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    int partition = new LaneKey(sender.id(), 0).partition(output.partitions(topics.sendRequests()));
    for (String number : to) {
      SendRequest request =
          SendRequest.test(records.size() + 1, testId, sender, rate, number, message);
      records.add(
          new ProducerRecord<>(
              topics.sendRequests(),
              partition,
              request.laneKey().toString().getBytes(StandardCharsets.UTF_8),
              Json.write(request),
              EventType.SEND_REQUEST.headers(testId)));
    }
    output.write(records);
    return new Sent(testId, to);
  }

  /** Reads the message and its sender, for numbers that may be sent to. */
  private Record readAllowed(UUID campaign, Set<String> to) {
    Record row =
        sql.select(
                CAMPAIGN.MESSAGE,
                SENDER.ID,
                SENDER.PROVIDER,
                SENDER.ADDRESS,
                SENDER.RATE_PER_SECOND,
                SENDER.LANES)
            .from(CAMPAIGN)
            .join(SENDER)
            .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
            .where(CAMPAIGN.ID.eq(campaign))
            .fetchOptional()
            .orElseThrow(() -> ProblemException.notFound("There is no campaign " + campaign + "."));
    requireWilling(to);
    return row;
  }

  private Set<String> numbers(@Nullable List<@Nullable String> given) {
    if (given == null || given.isEmpty() || given.size() > MOST) {
      throw ProblemException.field("to", "has 1 to " + MOST + " numbers");
    }
    Set<String> numbers = new LinkedHashSet<>();
    for (String number : given) {
      switch (phoneNumbers.parse(number == null ? "" : number)) {
        case PhoneNumbers.Valid(String e164) -> numbers.add(e164);
        case PhoneNumbers.Invalid(String reason) ->
            throw ProblemException.field("to", "holds an invalid number: " + reason);
      }
    }
    return numbers;
  }

  private void requireWilling(Set<String> to) {
    for (String number : to) {
      if (sql.fetchExists(SUPPRESSED_PHONE, SUPPRESSED_PHONE.PHONE.eq(number))) {
        throw ProblemException.conflict(number + " is suppressed; nothing was sent.")
            .with("field", "to");
      }
    }
  }

  private static JsonNode rendered(
      String stored, String provider, @Nullable Map<String, @Nullable String> given) {
    Map<String, String> variables = new HashMap<>();
    if (given != null) {
      given.forEach((name, value) -> {
        if (value != null) {
          variables.put(MessageTemplate.name(name), value);
        }
      });
    }
    MessageTemplate template = new MessageTemplate(Json.MAPPER.readTree(stored));
    template
        .problem()
        .ifPresent(problem -> {
          throw ProblemException.conflict("The campaign's message would be refused: " + problem);
        });
    return switch (template.render(variables)) {
      case MessageTemplate.Complete(var message, var _) -> {
        Providers.rules(provider)
            .problem(message)
            .ifPresent(problem -> {
              throw ProblemException.field("variables", "make a message to be refused: " + problem);
            });
        yield message;
      }
      case MessageTemplate.MissingVariable(String name) ->
          throw ProblemException.field("variables", "lacks \"" + name + "\"");
      case MessageTemplate.TooLong(int longest) ->
          throw ProblemException.field(
              "variables", "make a message of more than " + longest + " characters");
    };
  }
}
