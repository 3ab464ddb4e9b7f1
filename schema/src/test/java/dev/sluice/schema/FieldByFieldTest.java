package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whether events read and written field by field mean the same as if Jackson had done it. */
class FieldByFieldTest {
  private static final JsonMapper PLAIN = Json.plain().build();

  private static final String REQUEST =
      """
      {"recipientId":42,"campaignId":"3fe21825-0f3c-4d3a-9a51-3a1e5d1c7b10","round":2,"sender":
      {"id":"brazil","provider":"whatsapp","address":"1065403"},"lane":1,"permitsPerSecond":20.5,
      "to":"+5511987654321","message":{"type":"text","n":[1,2.50,1e400,null]},"onDoubt":"RESEND",
      "attempts":3,"notBefore":"2026-11-28T05:00:00.123456789Z",
      "firstTriedAt":"2026-11-28T04:59:00Z","test":true,"externalId":"crm-42"}
      """;

  private static final String RESULT =
      """
      {"recipientId":42,"campaignId":"3fe21825-0f3c-4d3a-9a51-3a1e5d1c7b10","round":2,
      "status":"FAILED","providerMessageId":"wamid.HBgM","errorCode":"131050","errorDetail":"x",
      "attempts":3,"at":"2026-11-28T05:00:00.123456789Z","optOut":true,"optOutCode":"130403",
      "optOutAt":"2026-11-28T04:59:00Z","aliases":["+551187654321","BR.1020"],"test":true,
      "externalId":"crm-42","times":{"sent":"2026-11-28T05:00:00Z"}}
      """;

  /** Values of which most are not what a field should be. */
  private static final String ODD =
      """
      [
      null, true, false, 0, 1, 2, -1, -5, 2000000000, 9223372036854775807,
      99999999999999999999, 1e30, 1.5, 1.0, "", " ", "1", "1.5", "true", "NaN", "Infinity",
      "null", "SENT", "sent", "PENDING", "READ ", "HOLD", "x", "2026-05-01T00:00:00Z",
      "2026-05-01T00:00:00.1Z", "2026-05-01T00:00:00.1234567891Z", "2026-05-01T24:00:00Z",
      "2026-05-01T23:59:60Z", "2026-02-29T00:00:00Z", "2028-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z", "2026-05-01T00:00Z", "2026-05-01T00:00:00+01:00",
      "2026-05-01T00:00:00", "2026-05-01T00:00:00.Z", "2026-05-01t00:00:00z",
      "+300000-01-01T00:00:00Z", "-004-01-01T00:00:00Z",
      "3F2A0000-0000-0000-0000-000000000001", "+f2a0000-0000-0000-0000-000000000001",
      "3f2a000-00000-0000-0000-000000000001", "P+IYJQ88TTqaUToeXRx7EA==", [], [1],
      ["a",null], ["SENT"], {}, {"id":"s"}, {"id":"s","provider":"p","address":1,"more":{}},
      {"a":{"b":[{}]}}
      ]
      """;

  @Property
  void isReadAsJacksonWould(
      @ForAll("events") Event event, @ForAll("changes") Map<String, Optional<JsonNode>> changes) {
    ObjectNode changed = (ObjectNode) PLAIN.readTree(event.json());
    changes.forEach((field, value) ->
        value.ifPresentOrElse(
            given -> changed.set(field, given), () -> changed.remove(List.of(field))));
    byte[] json = PLAIN.writeValueAsBytes(changed);

    assertThat(read(Json.MAPPER, json, event.type())).isEqualTo(read(PLAIN, json, event.type()));
  }

  @Property(tries = 200)
  void whateverElseItIsIsRefusedAsJacksonWould(
      @ForAll("events") Event event, @ForAll("oddValues") JsonNode value) {
    byte[] json = value.toString().getBytes(StandardCharsets.UTF_8);

    assertThat(read(Json.MAPPER, json, event.type())).isEqualTo(read(PLAIN, json, event.type()));
  }

  @Property(tries = 200)
  void aRequestIsWrittenAsJacksonWould(
      @ForAll("texts") String text, @ForAll double rate, @ForAll("times") Instant time) {
    SendRequest request =
        new SendRequest(
            text.hashCode(),
            new UUID(text.hashCode(), 1),
            1,
            new SendRequest.Sender("s" + text, "p", "a"),
            7,
            Math.clamp(rate, SendRequest.SLOWEST, SendRequest.FASTEST),
            "+55",
            PLAIN.createObjectNode().put(text, text).put("rate", rate).putNull("n"),
            OnDoubt.HOLD,
            0,
            time,
            text.isEmpty() ? null : time,
            null,
            text);

    assertThat(Json.write(request)).isEqualTo(PLAIN.writeValueAsBytes(request));
  }

  @Property(tries = 200)
  void aResultIsWrittenAsJacksonWould(
      @ForAll RecipientStatus status,
      @ForAll("texts") String text,
      @ForAll("times") Instant time,
      @ForAll boolean optOut) {
    SendResult result =
        new SendResult(
            text.hashCode(),
            new UUID(1, text.hashCode()),
            text.length(),
            status == RecipientStatus.PENDING ? RecipientStatus.SENT : status,
            text,
            null,
            text,
            3,
            time,
            optOut,
            "c" + text,
            time.plusNanos(1),
            List.of("a", "b"),
            optOut ? true : null,
            text,
            new StatusTimes(time, null, optOut ? time : null, time));

    assertThat(Json.write(result)).isEqualTo(PLAIN.writeValueAsBytes(result));
  }

  @Property
  void aTimeIsReadAndWrittenAsJavaWould(@ForAll("times") Instant time) {
    assertThat(Times.format(time)).isEqualTo(time.toString());
    assertThat(Times.parse(time.toString())).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-0004-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "+10000-01-01T00:00:00Z"})
  void aTimeOutOfTheUsualIsWrittenAsJavaWould(String time) {
    assertThat(Times.format(Instant.parse(time))).isEqualTo(time);
  }

  @Property
  void whatIsNoTimeIsNotTakenForOne(
      @ForAll("times") Instant time, @ForAll("places") int place, @ForAll char character) {
    StringBuilder text = new StringBuilder(time.toString());
    text.setCharAt(place, character);

    Instant read = Times.parse(text.toString());

    if (read != null) {
      assertThat(read).isEqualTo(Instant.parse(text));
    }
  }

  /** An event as it should be. */
  record Event(Class<?> type, String json) {}

  @Provide
  Arbitrary<Event> events() {
    return Arbitraries.of(
        new Event(SendRequest.class, REQUEST), new Event(SendResult.class, RESULT));
  }

  /** Fields with other values, or none. */
  @Provide
  Arbitrary<Map<String, Optional<JsonNode>>> changes() {
    Arbitrary<String> fields =
        Arbitraries.of(PLAIN.readTree(REQUEST).propertyNames())
            .flatMap(one ->
                Arbitraries.of(PLAIN.readTree(RESULT).propertyNames())
                    .flatMap(other -> Arbitraries.of(one, other, "unknown")));
    return Arbitraries.maps(fields, oddValues().optional()).ofMaxSize(4);
  }

  @Provide
  Arbitrary<JsonNode> oddValues() {
    List<JsonNode> values = new ArrayList<>();
    PLAIN.readTree(ODD).forEach(values::add);
    return Arbitraries.of(values);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().ofMaxLength(30).filter(StorableText::isFine);
  }

  @Provide
  Arbitrary<Instant> times() {
    return Combinators.combine(
            Arbitraries.longs().between(0, Instant.parse("2099-12-31T00:00:00Z").getEpochSecond()),
            Arbitraries.of(0, 1, 1_000, 120_000_000, 123_456_000, 999_999_999))
        .as(Instant::ofEpochSecond);
  }

  @Provide
  Arbitrary<Integer> places() {
    return Arbitraries.integers().between(0, 19);
  }

  /** Returns what is read, or empty if it is refused. */
  private static Optional<Object> read(JsonMapper mapper, byte[] json, Class<?> type) {
    try {
      return Optional.ofNullable(mapper.readValue(json, type));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
