package dev.sluice.schema;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** {@link SendResult} as JSON, read and written field by field: there are several a message. */
final class SendResultJson {
  private SendResultJson() {}

  static final class Reader extends StdDeserializer<SendResult> {
    private static final TypeReference<List<@Nullable String>> TEXTS = new TypeReference<>() {};
    private static final Map<String, RecipientStatus> STATUSES =
        EventFields.byName(RecipientStatus.values());

    Reader() {
      super(SendResult.class);
    }

    // The record says itself what is missing.
    @SuppressWarnings("NullAway")
    @Override
    public SendResult deserialize(JsonParser in, DeserializationContext context) {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        return (SendResult) context.handleUnexpectedToken(SendResult.class, in);
      }
      long recipientId = 0;
      UUID campaignId = null;
      int round = 0;
      RecipientStatus status = null;
      String providerMessageId = null;
      String errorCode = null;
      String errorDetail = null;
      int attempts = 0;
      Instant at = null;
      Boolean optOut = null;
      String optOutCode = null;
      Instant optOutAt = null;
      List<String> aliases = null;
      Boolean test = null;
      String externalId = null;
      StatusTimes times = null;
      for (String field = in.nextName(); field != null; field = in.nextName()) {
        in.nextToken();
        switch (field) {
          case "recipientId" -> recipientId = EventFields.longInteger(in, context);
          case "campaignId" -> campaignId = EventFields.uuid(in, context);
          case "round" -> round = EventFields.integer(in, context);
          case "status" ->
              status = EventFields.constant(in, context, STATUSES, RecipientStatus.class);
          case "providerMessageId" -> providerMessageId = EventFields.text(in, context);
          case "errorCode" -> errorCode = EventFields.text(in, context);
          case "errorDetail" -> errorDetail = EventFields.text(in, context);
          case "attempts" -> attempts = EventFields.integer(in, context);
          case "at" -> at = EventFields.time(in, context);
          case "optOut" -> optOut = EventFields.flag(in, context);
          case "optOutCode" -> optOutCode = EventFields.text(in, context);
          case "optOutAt" -> optOutAt = EventFields.time(in, context);
          case "aliases" ->
              aliases =
                  in.currentToken() == JsonToken.VALUE_NULL ? null : context.readValue(in, TEXTS);
          case "test" -> test = EventFields.flag(in, context);
          case "externalId" -> externalId = EventFields.text(in, context);
          case "times" ->
              times =
                  in.currentToken() == JsonToken.VALUE_NULL
                      ? null
                      : context.readValue(in, StatusTimes.class);
          default -> in.skipChildren();
        }
      }
      try {
        return new SendResult(
            recipientId,
            campaignId,
            round,
            status,
            providerMessageId,
            errorCode,
            errorDetail,
            attempts,
            at,
            optOut,
            optOutCode,
            optOutAt,
            aliases,
            test,
            externalId,
            times);
      } catch (IllegalArgumentException | NullPointerException e) {
        throw context.instantiationException(SendResult.class, e);
      }
    }
  }

  static final class Writer extends StdSerializer<SendResult> {
    Writer() {
      super(SendResult.class);
    }

    @Override
    public void serialize(SendResult result, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      out.writeNumberProperty("recipientId", result.recipientId());
      out.writeStringProperty("campaignId", result.campaignId().toString());
      out.writeNumberProperty("round", result.round());
      out.writeStringProperty("status", result.status().name());
      EventFields.text(out, "providerMessageId", result.providerMessageId());
      EventFields.text(out, "errorCode", result.errorCode());
      EventFields.text(out, "errorDetail", result.errorDetail());
      out.writeNumberProperty("attempts", result.attempts());
      EventFields.time(out, "at", result.at());
      EventFields.flag(out, "optOut", result.optOut());
      EventFields.text(out, "optOutCode", result.optOutCode());
      EventFields.time(out, "optOutAt", result.optOutAt());
      List<String> aliases = result.aliases();
      if (aliases != null) {
        out.writeArrayPropertyStart("aliases");
        aliases.forEach(out::writeString);
        out.writeEndArray();
      }
      EventFields.flag(out, "test", result.test());
      EventFields.text(out, "externalId", result.externalId());
      StatusTimes times = result.times();
      if (times != null) {
        out.writeObjectPropertyStart("times");
        EventFields.time(out, "sent", times.sent());
        EventFields.time(out, "delivered", times.delivered());
        EventFields.time(out, "read", times.read());
        EventFields.time(out, "failed", times.failed());
        out.writeEndObject();
      }
      out.writeEndObject();
    }
  }
}
