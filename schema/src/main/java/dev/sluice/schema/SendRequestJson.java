package dev.sluice.schema;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.ser.std.StdSerializer;

/** {@link SendRequest} as JSON, read and written field by field: there is one a message. */
final class SendRequestJson {
  private SendRequestJson() {}

  static final class Reader extends StdDeserializer<SendRequest> {
    private static final Map<String, OnDoubt> ON_DOUBT = EventFields.byName(OnDoubt.values());

    Reader() {
      super(SendRequest.class);
    }

    // The record says itself what is missing.
    @SuppressWarnings("NullAway")
    @Override
    public SendRequest deserialize(JsonParser in, DeserializationContext context) {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        return (SendRequest) context.handleUnexpectedToken(SendRequest.class, in);
      }
      long recipientId = 0;
      UUID campaignId = null;
      int round = 0;
      SendRequest.Sender sender = null;
      int lane = 0;
      double permitsPerSecond = 0;
      String to = null;
      JsonNode message = null;
      OnDoubt onDoubt = null;
      int attempts = 0;
      Instant notBefore = null;
      Instant firstTriedAt = null;
      Boolean test = null;
      String externalId = null;
      for (String field = in.nextName(); field != null; field = in.nextName()) {
        in.nextToken();
        switch (field) {
          case "recipientId" -> recipientId = EventFields.longInteger(in, context);
          case "campaignId" -> campaignId = EventFields.uuid(in, context);
          case "round" -> round = EventFields.integer(in, context);
          case "sender" -> sender = sender(in, context);
          case "lane" -> lane = EventFields.integer(in, context);
          case "permitsPerSecond" -> permitsPerSecond = EventFields.number(in, context);
          case "to" -> to = EventFields.text(in, context);
          case "message" -> message = message(in, context);
          case "onDoubt" -> onDoubt = EventFields.constant(in, context, ON_DOUBT, OnDoubt.class);
          case "attempts" -> attempts = EventFields.integer(in, context);
          case "notBefore" -> notBefore = EventFields.time(in, context);
          case "firstTriedAt" -> firstTriedAt = EventFields.time(in, context);
          case "test" -> test = EventFields.flag(in, context);
          case "externalId" -> externalId = EventFields.text(in, context);
          default -> in.skipChildren();
        }
      }
      try {
        return new SendRequest(
            recipientId,
            campaignId,
            round,
            sender,
            lane,
            permitsPerSecond,
            to,
            message,
            onDoubt,
            attempts,
            notBefore,
            firstTriedAt,
            test,
            externalId);
      } catch (IllegalArgumentException | NullPointerException e) {
        throw context.instantiationException(SendRequest.class, e);
      }
    }

    private static JsonNode message(JsonParser in, DeserializationContext context) {
      return in.currentToken() == JsonToken.VALUE_NULL
          ? NullNode.getInstance()
          : context.readTree(in);
    }

    @SuppressWarnings("NullAway")
    private static SendRequest.@Nullable Sender sender(
        JsonParser in, DeserializationContext context) {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        return EventFields.other(in, context, SendRequest.Sender.class);
      }
      String id = null;
      String provider = null;
      String address = null;
      for (String field = in.nextName(); field != null; field = in.nextName()) {
        in.nextToken();
        switch (field) {
          case "id" -> id = EventFields.text(in, context);
          case "provider" -> provider = EventFields.text(in, context);
          case "address" -> address = EventFields.text(in, context);
          default -> in.skipChildren();
        }
      }
      try {
        return new SendRequest.Sender(id, provider, address);
      } catch (IllegalArgumentException | NullPointerException e) {
        throw context.instantiationException(SendRequest.Sender.class, e);
      }
    }
  }

  static final class Writer extends StdSerializer<SendRequest> {
    Writer() {
      super(SendRequest.class);
    }

    @Override
    public void serialize(SendRequest request, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      out.writeNumberProperty("recipientId", request.recipientId());
      out.writeStringProperty("campaignId", request.campaignId().toString());
      out.writeNumberProperty("round", request.round());
      out.writeObjectPropertyStart("sender");
      out.writeStringProperty("id", request.sender().id());
      out.writeStringProperty("provider", request.sender().provider());
      out.writeStringProperty("address", request.sender().address());
      out.writeEndObject();
      out.writeNumberProperty("lane", request.lane());
      out.writeNumberProperty("permitsPerSecond", request.permitsPerSecond());
      out.writeStringProperty("to", request.to());
      out.writeName("message");
      request.message().serialize(out, context);
      out.writeStringProperty("onDoubt", request.onDoubt().name());
      out.writeNumberProperty("attempts", request.attempts());
      EventFields.time(out, "notBefore", request.notBefore());
      EventFields.time(out, "firstTriedAt", request.firstTriedAt());
      EventFields.flag(out, "test", request.test());
      EventFields.text(out, "externalId", request.externalId());
      out.writeEndObject();
    }
  }
}
